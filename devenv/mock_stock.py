"""``python -m devenv.mock_stock FILE``: write the products that the demo starts with.

Run in the virtual environment, where ``mock_api`` can be imported.
"""

import sys

from mock_api.catalogue import catalogue
from mock_api.stock_file import StockFile

PRODUCTS = 20

if __name__ == "__main__":
    StockFile(sys.argv[1]).save(catalogue(PRODUCTS))
