"""Texts in the place of deleted posts, and posts that only resemble them."""

import pytest

from crawlers.words.placeholders import is_placeholder


@pytest.mark.parametrize(
    "text",
    [
        "[deleted]",
        "[ Removed by Reddit ]",
        "[deleted by user]",
        "deleted by creator",
        "*Permanently Deleted*",
        "(post deleted by author)",
        "(topic withdrawn by author, will be automatically deleted in 24 hours unless flagged)",
        "This post is deleted!",
        "[[topic:post_is_deleted]]",
        "This comment has been removed by the author.",
        "This comment has been removed by a blog administrator.",
        "This message has been deleted by Jo. Reason: spam",
        "This post by jo was deleted by kim on Sunday",
        "This post was flagged by the community and is temporarily hidden.",
        "This post is hidden. You cannot see its contents.",
        "  This\nmessage was  deleted ",
        "Dieser Beitrag wurde von einem Moderator entfernt.",
        "[gelöscht]",
        "Dit bericht is verwijderd",
        "Ce message a été supprimé.",
        "Este mensaje ha sido eliminado por el autor.",
        "Esta mensagem foi apagada",
        "Questo messaggio è stato rimosso",
        "Ten post został usunięty",
        "Сообщение удалено модератором",
        "[удалено]",
        "Повідомлення видалено",
    ],
)
def test_placeholder_is_recognised(text):
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Post",
        "deleted my account, best day ever",
        "Removed the lid and it burnt me",
        "removed by force from the shop, never again",
        "This review was removed from the shop after I complained about the kettle",
        "This post was removed by Acme because it is true",
        "post removed from my feed after the update",
        "this post is hidden behind a paywall",
        "gelöscht habe ich die App",
        "удалена прошивка чайника, теперь не греет",
        "[deleted] " + "and then the kettle burnt " * 10,
    ],
)
def test_post_about_a_deletion_stays_a_post(text):
    assert not is_placeholder(text)
