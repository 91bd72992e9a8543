"""Every word that buyers see is there in every language of the shop."""

import re
import shutil
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
_STAFF = frozenset({"admin", "backoffice", "sandbox", "web"})
# What is no words of a template: what it computes, what it has translated, styles and drawings.
_SILENT = re.compile(
    r"\{% block (?:main_class|og_type) %\}.*?\{% endblock %\}|\{%\s*blocktranslate\b.*?endblocktranslate\s*%\}|\{%.*?%\}|\{\{.*?\}\}"
    r"|<(style|script|svg)\b.*?</\1>|<!--.*?-->|&\w+;",
    re.DOTALL,
)
_SPOKEN = re.compile(r'\b(?:aria-label|placeholder|alt|title)="([^"]*)"|>([^<]*)')


@pytest.fixture(scope="module")
def tool():
    spec = spec_from_file_location("translations", ROOT / "bin" / "translations.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def copied(tool, tmp_path, monkeypatch):
    """A copy of one app, so that its words can be changed."""
    shutil.copytree(ROOT / "apps" / "notifications", tmp_path / "apps" / "notifications")
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    return tmp_path / "apps" / "notifications"


def faults(tool):
    return [fault for translation in tool.translations() for fault in translation.faults()]


def test_everything_is_translated(tool):
    assert len(tool.translations()) >= 2
    assert faults(tool) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("templates/notifications/mail.txt", "Your parcel", "Your box", "'Your box:' is not translated"),
        ("services/writing.py", "Thank you for your order", "Thanks", "'Thanks' is not translated"),
        ("locale/de/LC_MESSAGES/django.po", "Guten Tag", "Hallo", "is not up to date"),
        ("locale/fr/LC_MESSAGES/django.po", "Bonjour %(name)s", "Bonjour %(nom)s", "unknown named placeholder"),
    ],
)
def test_words_that_are_new_or_wrong_are_named(tool, copied, name, old, new, told):
    path = copied / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))

    assert any(told in fault for fault in faults(tool))


def test_french_keeps_a_space_that_does_not_break_before_its_high_marks(tool):
    texts = [
        text
        for file in ROOT.glob("apps/*/locale/fr/LC_MESSAGES/django.po")
        for message in read_po(file.open("rb"), locale="fr")
        if message.id
        for text in ([message.string] if isinstance(message.string, str) else message.string)
    ]

    assert len(texts) > 300
    assert [text for text in texts if re.search(r"(?<![\xa0\u202f])[:;?!»](?=\s|$)|«(?!\xa0)", text)] == []


def untranslated(template):
    spoken = (
        " ".join((found[1] or found[2] or "").split()) for found in _SPOKEN.finditer(f">{_SILENT.sub('', template)}")
    )
    return [words for words in spoken if re.search(r"[A-Za-z]{2}", words)]


def test_no_template_says_a_word_without_translating_it():
    pages = [
        path for path in ROOT.glob("apps/*/templates/**/*.html") if _STAFF.isdisjoint(path.relative_to(ROOT).parts)
    ]

    assert len(pages) > 30
    assert {path.name: words for path in pages if (words := untranslated(path.read_text()))} == {}


@pytest.mark.parametrize(
    "template",
    [
        "<p>Sold out</p>",
        '<nav aria-label="Pages">',
        "Placed on {{ day }}",
        '{% translate "a" %} left',
        "<p>{% if a %}x{% else %}Free{% endif %}",
    ],
)
def test_words_that_are_not_translated_are_found(template):
    assert untranslated(template)
