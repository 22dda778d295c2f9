"""README.md and docs/: what they point at exists, and what they list is complete."""

import ast
import re
from pathlib import Path

import polib
import pytest

PROJECT = Path(__file__).resolve().parents[2]
DOCS = PROJECT / "docs"
PAGES = [PROJECT / "README.md", *sorted(DOCS.rglob("*.md"))]
#: pages for users of Odoo, with their French counterparts
IN_FRENCH = {
    "installation.md": "installation.md",
    "user-guide.md": "guide-utilisateur.md",
    "scheduled-action.md": "action-planifiee.md",
    "administrator-guide.md": "guide-administrateur.md",
    "error-codes.md": "codes-erreur.md",
    "connect-your-api.md": "connecter-votre-api.md",
}
#: the addons whose screens and errors the pages are about, the base first
ADDONS = ["base_sync_api", "stock_sync_api"]
ERRORS = [PROJECT / addon / "models" / "sync_error.py" for addon in ADDONS]
MAX_PICTURE = 150 * 1024
#: pages in whose text italics are labels of the screens, but for these words
SCREENS = [
    "administrator-guide.md",
    "connect-your-api.md",
    "scheduled-action.md",
    "user-guide.md",
]
NOT_OURS = {
    "Activate the developer mode",
    "Inventory / Administrator",
    "Next Execution Date",
    "Units of Measure & Packagings",
    "neutralised",
    "remaining",
    "Activer le mode développeur",
    "Inventaire / Administrateur",
    "Prochaine date d'exécution",
    "Unités de mesure et emballages",
    "neutralisée",
}

every_page = pytest.mark.parametrize(
    "page", PAGES, ids=[str(page.relative_to(PROJECT)) for page in PAGES]
)


def without_code(text):
    """The text without indented and fenced code, and without code in lines."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"(?<=\n\n) {4,}.*(\n(?: {4,}.*)?)*", "", text)
    return re.sub(r"`[^`\n]*`", "`", text)


def links(page):
    """The targets of links and pictures."""
    return re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text()))


def anchors(page):
    """What GitHub makes of the headings."""
    headings = re.findall(r"^#+ +(.*)$", page.read_text(), re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in plain}


@every_page
def test_links_pictures_and_anchors_resolve(page):
    for link in links(page):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(PROJECT), link
        if anchor:
            assert anchor in anchors(target), link


@every_page
def test_paths_in_backticks_exist(page):
    for quoted in re.findall(r"`([^`\n]+)`", page.read_text()):
        if re.fullmatch(
            r"((base|stock)_sync_api(_queue)?|mock_api|devenv|docs|docker|tests"
            r"|benchmarks)/[\w./-]*",
            quoted,
        ):
            assert (PROJECT / quoted).exists(), quoted


@pytest.mark.parametrize("page", SCREENS)
def test_labels_are_those_of_the_screens(page):
    source = " ".join(
        path.read_text()
        for addon in ADDONS
        for path in sorted((PROJECT / addon).rglob("*"))
        if path.suffix in (".py", ".xml") and "tests" not in path.parts
    )
    known = " ".join(re.sub(r'"\s+"', "", source).split())  # texts in several pieces
    # Odoo makes a label of the name of a field that has none.
    names = " ".join(re.findall(r"\b(\w+?)(?:_ids?)? = fields\.", source))
    known += names.replace("_", " ").title()
    assert {label for label in labels(page) if label not in known} == set()


@pytest.mark.parametrize("page", SCREENS)
def test_labels_of_french_pages_are_those_of_the_translation(page):
    known = " ".join(
        " ".join(entry.msgstr.split())
        for addon in ADDONS
        for catalogue in (PROJECT / addon / "i18n").glob("fr.po")
        for entry in polib.pofile(str(catalogue))
    )
    french = labels(f"fr/{IN_FRENCH[page]}")
    assert {label for label in french if label not in known} == set()


def labels(page):
    """What a page has in italics."""
    text = without_code((DOCS / page).read_text())
    found = re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", text)
    return {" ".join(label.split()) for label in found} - NOT_OURS


@every_page
def test_commands_of_make_exist(page):
    makefile = (PROJECT / "Makefile").read_text()
    targets = set(
        " ".join(re.findall(r"^([a-z][a-z -]*):", makefile, re.MULTILINE)).split()
    )
    for command in commands(page):
        if command.startswith("make "):
            for word in command.split("#")[0].split()[1:]:
                name, is_variable, _value = word.partition("=")
                if is_variable:
                    assert name in makefile, command
                    if name == "ARGS":
                        break
                else:
                    assert name in targets, command


@every_page
def test_paths_in_commands_exist(page):
    for command in commands(page):
        for path in re.findall(
            r"(?:tests|docs|(?:base|stock)_sync_api)/[\w/.-]+", command
        ):
            assert (PROJECT / path).exists(), command


def commands(page):
    """Commands: indented lines, and those in backticks."""
    text = page.read_text()
    lines = re.findall(r"^ {4,}(\S.*)$", text, re.MULTILINE)
    return lines + re.findall(r"`([^`\n]+)`", text)


@every_page
def test_no_path_or_registry_of_a_machine(page):
    forbidden = r"/tmp/|/root/|/home/|registry|index-url"
    assert not re.search(forbidden, page.read_text())


def test_every_page_is_in_the_index():
    linked = {(DOCS / link).resolve() for link in links(DOCS / "README.md")}
    assert linked >= set(PAGES) - {PROJECT / "README.md", DOCS / "README.md"}


@pytest.mark.parametrize("english", IN_FRENCH)
def test_pages_for_users_are_in_french_too(english):
    french = (DOCS / "fr" / IN_FRENCH[english]).read_text()
    text = (DOCS / english).read_text()
    for level in ("#", "##"):
        pattern = rf"^{level} "
        assert len(re.findall(pattern, french, re.MULTILINE)) == len(
            re.findall(pattern, text, re.MULTILINE)
        ), f"{english}: not the same sections"


@pytest.mark.parametrize("page", ["error-codes.md", "fr/codes-erreur.md"])
def test_table_of_error_codes_is_that_of_the_code(page):
    rows = table_of_errors(page)
    assert [code for code, _cells in rows] == error_codes()
    for code, cells in rows:
        assert cells.count(" | ") == 2, f"{code}: meaning, cause, cure"


@pytest.mark.parametrize("page", ["error-codes.md", "fr/codes-erreur.md"])
def test_every_reason_is_explained(page):
    rows = re.findall(
        r"^\| `(\w+\.\w+)` \| \S", (DOCS / page).read_text(), re.MULTILINE
    )
    assert rows == reasons()


def test_every_code_is_used():
    source = "".join(
        path.read_text()
        for addon in ADDONS
        for path in (PROJECT / addon).rglob("*.py")
        if path not in ERRORS and "tests" not in path.parts
    )
    source += "".join(classes_of_errors())
    assert [code for code in error_codes() if f'"{code}"' not in source] == []


def table_of_errors(page):
    text = (DOCS / page).read_text()
    return re.findall(r"^\| `(\w+)` \| (.*) \|$", text, re.MULTILINE)


def error_codes():
    """The codes, those of the base first."""
    return [
        code
        for module in ERRORS
        for code, _label in ast.literal_eval(constant(module, "ERROR_CODES"))
    ]


def reasons():
    """Each code with a reason, once; in the order of the codes, the base's first."""
    keys = [
        key.value for module in ERRORS for key in constant(module, "SENTENCES").keys
    ]
    codes = error_codes()
    return sorted(
        dict.fromkeys(key for key in keys if "." in key),
        key=lambda key: codes.index(key.partition(".")[0]),
    )


def classes_of_errors():
    """What the modules of errors do with the codes, beside listing them: sources."""
    for module in ERRORS:
        source = module.read_text()
        for node in ast.parse(source).body:
            if isinstance(node, ast.ClassDef):
                yield ast.get_source_segment(source, node)


def constant(module, name):
    """A constant of a module, as code."""
    for node in ast.parse(module.read_text()).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == name:
            return node.value
    raise AssertionError(f"{name} is gone")


def test_pictures_are_used_small_and_made_by_the_script():
    used = {
        (page.parent / link).resolve()
        for page in PAGES
        for link in links(page)
        if link.endswith((".png", ".svg"))
    }
    pictures = set((DOCS / "images").iterdir())
    assert used == pictures
    script = (DOCS / "screenshots.py").read_text()
    for picture in pictures:
        assert picture.stat().st_size < MAX_PICTURE, picture
        if picture.suffix == ".png":
            assert picture.stem.removesuffix("-fr") in script, picture
