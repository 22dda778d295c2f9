from devenv.lint import xml_errors


def test_xml_that_is_not_well_formed_is_found(tmp_path):
    (tmp_path / "good.xml").write_text("<odoo/>")
    (tmp_path / "bad.xml").write_text("<odoo>")
    (error,) = xml_errors(tmp_path)
    assert "bad.xml" in error
