"""The charset of a response: what its labels say, unless its bytes disagree."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.decoding.charset import decode

RUSSIAN = "Пылесос Тавирон гудит, магазин молчит"
GERMAN = "Für Gärtner zu laut, größere Düse fehlt"
LEGACY_TEXTS = {
    "windows-1251": RUSSIAN,
    "koi8-r": RUSSIAN,
    "ibm866": RUSSIAN,
    "windows-1252": GERMAN,
    "windows-1253": "Η σκούπα χάλασε σε μια εβδομάδα",
    "windows-1256": "المكنسة تعطلت بعد أسبوع",
    "shift_jis": "掃除機が一週間で壊れました",
    "euc-jp": "掃除機が一週間で壊れました",
    "gb2312": "吸尘器用了一周就坏了,客服不理人",
    "big5": "吸塵器用了一週就壞了,客服不理人",
    "euc-kr": "청소기가 일주일 만에 고장났어요",
}


def feed(text: str, label: str = "") -> str:
    declaration = f'<?xml version="1.0" encoding="{label}"?>' if label else ""
    return (
        f"{declaration}<rss><channel><title>Notes</title><item><title>{text}</title></item></rss>"
    )


def page(text: str, label: str = "") -> str:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={label}">' if label else ""
    return f"<html><head>{meta}<title>Notes</title></head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("naïve".encode(), "naïve"),
        ("\ufeffnaïve".encode(), "naïve"),
        ("\ufeff\ufeffnaïve".encode(), "naïve"),
        ("\ufeffnaïve".encode("utf-16-le"), "naïve"),
        ("\ufeffnaïve".encode("utf-16-be"), "naïve"),
        ("\ufeffnaïve".encode("utf-32-le"), "naïve"),
        ("<a>naïve".encode("utf-16-le"), "<a>naïve"),
        ("<a>naïve".encode("utf-16-be"), "<a>naïve"),
        ("<a>naïve".encode("utf-32-be"), "<a>naïve"),
        ("<a>\U0001f642b".encode("utf-16-le").replace(b"\x42\xde", b""), "<a>\ufffdb"),
        (b"\xff\xfeplain", "plain"),
        (b"a\x00b\x00", "ab"),
        (b"", ""),
        (b"\x93caf\xe9\x94", "\u201ccafé\u201d"),
        ('<meta charset="windows-1251">ёж'.encode("cp1251"), '<meta charset="windows-1251">ёж'),
        (b"<meta charset=klingon>x", "<meta charset=klingon>x"),
        (b"<meta charset=iso-8859-1>\x93\x80\x94", "<meta charset=iso-8859-1>\u201c\u20ac\u201d"),
        (
            b'<?xml version="1.0" encoding="koi8-r"?>\xc1',
            '<?xml version="1.0" encoding="koi8-r"?>а',
        ),
        (
            b'<?xml version="1.0" encoding="koi8-r"?><meta charset=cp1251>\xe0',
            '<?xml version="1.0" encoding="koi8-r"?><meta charset=cp1251>а',
        ),
        (b"<body><meta charset=cp1251>\xe0", "<body><meta charset=cp1251>а"),
        ("<!-- <meta charset=cp1251> -->ё".encode(), "<!-- <meta charset=cp1251> -->ё"),
    ],
)
def test_mark_and_declaration_name_the_charset(body, text):
    assert decode(body) == text


@pytest.mark.parametrize("codec", ["hex", "idna", "rot13", "undefined", "utf-7", "unicode_escape"])
def test_codec_that_is_no_charset_is_ignored(codec):
    markup = f"<meta charset={codec}>+ADw-ёж \\u003c"
    assert decode(markup.encode(), f"text/html; charset={codec}") == markup


@pytest.mark.parametrize("document", [feed, page])
@pytest.mark.parametrize(("label", "text"), LEGACY_TEXTS.items())
def test_legacy_charset_is_named_by_header_declaration_or_its_bytes(document, label, text):
    """Each alone suffices, and a wrong label of UTF-8 costs nothing."""
    assert text in decode(document(text).encode(label), f"text/html; charset={label}")
    assert text in decode(document(text, label).encode(label), "text/html")
    assert text in decode(document(text, "utf-8").encode(label), "text/html; charset=UTF-8")
    assert text in decode(document(text).encode(label))


@pytest.mark.parametrize("document", [feed, page])
@pytest.mark.parametrize(
    ("text", "charset", "label", "header"),
    [
        (RUSSIAN, "utf-8", "windows-1251", "iso-8859-1"),
        (RUSSIAN, "utf-8-sig", "windows-1251", "koi8-r"),
        (RUSSIAN, "utf-8", "utf-16", "utf-16"),
        (RUSSIAN, "utf-16", "utf-8", "windows-1251"),
        (RUSSIAN, "cp1251", "koi8-r", "windows-1251"),
        (RUSSIAN, "cp1251", "windows-1251", "iso-8859-1"),
        (RUSSIAN, "cp1251", "iso-8859-1", "us-ascii"),
        (RUSSIAN, "cp1251", "klingon", "klingon"),
        (GERMAN, "cp1252", "iso-8859-1", ""),
        (GERMAN, "cp1252", "utf-8", "us-ascii"),
        (GERMAN, "cp1252", "windows-1251", "iso-8859-1"),
        ("掃除機", "iso2022_jp", "iso-2022-jp", ""),
        ("坏了", "gbk", "gb2312", ""),
    ],
)
def test_bytes_decide_between_contradictory_labels(document, text, charset, label, header):
    """Else the header comes first, as a server may translate a page without reading it."""
    assert text in decode(document(text, label).encode(charset), f"text/html; charset={header}")


def test_language_of_the_document_helps_to_detect():
    """Two words of Hebrew could be Russian ones, and Czech letters French ones."""
    for language, charset, text in (
        ("he", "cp1255", "השואב התקלקל"),
        ("cs-CZ", "cp1250", "Konvice teče už po týdnu, velmi špatná kvalita"),
    ):
        markup = f'<html lang="{language}"><p>{text}</p></html>'
        assert text in decode(markup.encode(charset))


def test_charset_in_a_post_is_not_that_of_its_feed():
    markup = f"<rss><title><![CDATA[<meta charset=windows-1251>{GERMAN}]]></title></rss>"
    assert decode(markup.encode()) == markup
    rows = f'[{{"content": "<meta charset=windows-1251>{GERMAN}"}}]'
    assert decode(rows.encode("cp1252")) == rows


@pytest.mark.parametrize(
    ("charset", "text", "damage"),
    [
        ("utf-8", RUSSIAN, b"\xe2"),
        ("utf-8", "Grüße", b"\xff"),
        ("utf-8", RUSSIAN, b"\xf0\x9f\x98"),  # an emoji without its last byte
        ("utf-8", "plain", b"\xe2\x80"),
        ("utf-8", RUSSIAN, b"\xed\xa0\xbd"),  # half an emoji, in CESU-8
        ("windows-1251", RUSSIAN, b"\x98"),
        ("gb2312", "吸尘器用了一周就坏了", b"\xff"),
    ],
)
@pytest.mark.parametrize("declares", [True, False])
def test_wrong_byte_costs_one_character(charset, text, damage, declares):
    body = feed(f"{text} @@ {text}", charset if declares else "").encode(charset)
    header = None if declares else f"text/xml; charset={charset}"
    assert f"{text} \ufffd {text}" in decode(body.replace(b"@@", damage), header)


def test_emoji_of_two_halves_is_one():
    assert decode("für ".encode() + b"\xed\xa0\xbd\xed\xb9\x82") == "für \U0001f642"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufeff")))
def test_utf_8_is_decoded_whatever_the_labels_say(text):
    """With three letters beyond ASCII at least: fewer may be East Asian."""
    markup = feed("äöü" + text, "euc-kr")
    assert decode(markup.encode(), "text/xml; charset=shift_jis") == markup


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=60), st.sampled_from(["", "utf-8", "gb2312", "windows-1252", "utf-16"]))
def test_every_body_is_decoded_to_valid_text(noise, label):
    text = decode(feed("@@", label).encode().replace(b"@@", noise), f"text/xml; charset={label}")
    text.encode()
    assert decode(noise).isprintable() or "\x00" not in decode(noise)


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", [b"<a ", b"\xe9 ", b"\xe9\xe8", b"\xed\xa0\x80", b"\xe2\x80", b"<"]
)
def test_megabyte_of_hostile_bytes_is_decoded(piece):
    """Work that grows faster than the body would not end in time."""
    assert decode(b"\xff" + piece * (1_000_000 // len(piece)))
