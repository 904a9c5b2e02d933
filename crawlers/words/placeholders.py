"""Texts that forum software shows where a post was deleted."""

import re
from typing import Final

_MAX_LENGTH: Final = 160  # characters; a longer text is a post
_EDGES: Final = " \t\n[](){}<>*_~.,!:;–—-"  # around the words of a placeholder
_WHO: Final = r"\S+(?: \S+){0,3}"  # a name or a role, no sentence
# Subject, deletion and, if stated, by whom or why; of the whole text without its edges.
_PATTERNS: Final = (
    # Reddit, Hacker News, Lemmy, plug-ins of WordPress
    r"(?:permanently |account )?(?:deleted|removed|flagged|dead)",
    rf"(?:deleted|removed|withdrawn) by {_WHO}",
    # Discourse, NodeBB, XenForo, vBulletin, phpBB, Blogger, Disqus, YouTube: "This comment has been
    # removed by the author."
    r"(?:this |your |the )?(?:post|message|comment|reply|topic|thread|answer|content|review)"
    rf"(?: by {_WHO})?(?: has been| had been| was| is)?(?: permanently)?"
    r" (?:deleted|removed|withdrawn|retracted)"
    rf"(?: by {_WHO}| at {_WHO}| on {_WHO})?(?:[.:,]? ?(?:reason|will be automatically).{{0,60}})?",
    r"this (?:post|message|comment) (?:was flagged by the community and is|is|was|has been)"
    rf"(?: temporarily)? hidden(?: by {_WHO})?(?:[.!] .{{0,60}})?",
    r"topic:post_is_deleted",
    # German, Dutch
    r"(?:(?:dieser|der|dieses|diese|die|das) )?(?:beitrag|kommentar|thema|nachricht|post)?"
    rf" ?(?:wurde |ist )?(?:(?:vom|von|durch) {_WHO} )?(?:gelöscht|entfernt)",
    rf"(?:dit |deze )?(?:bericht|reactie)? ?(?:is |werd )?verwijderd(?: door {_WHO})?",
    # French, Spanish, Portuguese, Italian
    rf"(?:ce |cet |le )?(?:message|commentaire|sujet)? ?(?:a été |est )?supprimé(?: par {_WHO})?",
    r"(?:este |el )?(?:mensaje|comentario|tema)? ?(?:ha sido |fue )?(?:eliminado|borrado)"
    rf"(?: por {_WHO})?",
    r"(?:esta |este |a |o )?(?:mensagem|comentário|publicação)? ?(?:foi )?"
    rf"(?:removid|apagad|excluíd)[oa](?: pel[oa] {_WHO})?",
    r"(?:questo |il )?(?:messaggio|commento|post)? ?(?:è stato )?(?:eliminato|cancellato|rimosso)"
    rf"(?: da\S* {_WHO})?",
    # Polish, Russian, Ukrainian
    r"(?:ten |ta |to )?(?:post|wiadomość|komentarz)? ?(?:został[ao]? )?usunięt[yae]"
    rf"(?: przez {_WHO})?",
    r"(?:это |данное |этот )?(?:сообщение|комментарий|пост|тема)? ?(?:был[оа]? )?удал[её]н[оа]?"
    r"(?: (?:модератор|администратор|автор|пользовател)\S*)?",
    r"(?:це |цей )?(?:повідомлення|коментар|допис)? ?(?:було )?видалено"
    r"(?: (?:модератор|адміністратор|автор|користувач)\S*)?",
)
_PLACEHOLDER: Final = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS))


def is_placeholder(text: str) -> bool:
    """Return True if the whole *text* only states that a post was deleted."""
    if len(text) > _MAX_LENGTH:
        return False
    words = " ".join(text.split()).strip(_EDGES).casefold()
    return _PLACEHOLDER.fullmatch(words) is not None
