"""The certificate authority's file is found by looking for it, and goes into the address."""

from pathlib import Path
from urllib.parse import quote

import pytest
from PySide6.QtWidgets import QFileDialog, QPushButton

from desktop_migrator.wizard.flow import WizardStep
from desktop_migrator.wizard.pages.destination import DestinationPage
from tests.wizard.conftest import Person


def test_a_certificate_is_chosen_from_the_computers_files(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.go_to(WizardStep.DESTINATION)
    page = person.page
    assert isinstance(page, DestinationPage)
    page.enter_address("postgresql://maria@db.test/app")
    chosen = [str(tmp_path / "our ca.pem"), ""]
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (chosen.pop(0), ""))
    [button] = [
        each
        for each in page.findChildren(QPushButton)
        if each.text().startswith("Choose a certificate")
    ]
    button.click()
    expected = f"sslrootcert={quote(str(tmp_path), safe='')}%2Four%20ca.pem"
    assert expected in page.answers.database.replace("+", "%20")
    button.click()  # and no file named: what was there stays
    assert expected in page.answers.database.replace("+", "%20")
