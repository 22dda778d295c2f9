"""The kind of flow that this addon adds."""

KIND = "stock_level"
