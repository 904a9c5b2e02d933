"""Words that hold sentences together and tell nothing: never a reason by themselves.

Statistics suppress most of them; but who complains of a product says "these" and "they" where
others say "my". The closed classes only (pronouns, determiners, prepositions, conjunctions,
auxiliaries and their adverbs), of four letters or more, as ``core.tokenizer`` folds them.
"""

from collections.abc import Mapping
from typing import Final


def _word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


FUNCTION_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "en": _word_set(
        """
        about above across after again against along already also although always among another
        anybody anyone anything aren around because been before behind being below beside besides
        between beyond both cannot could couldn didn does doesn doing done down during each either
        else enough even ever every everybody everyone everything from further goes going hadn hasn
        have haven having here hers herself himself however inside instead into itself just less
        like many maybe might mine more most much must myself near neither never nobody none nothing
        once only onto other others ought ours ourselves outside over perhaps quite rather really
        same several shall should shouldn since some somebody someone something still such than that
        their theirs them themselves then there these they thing things this those though through
        thus together toward towards under unless until upon very wasn well were weren what whatever
        when where whether which while whoever whole whom whose will with within without would
        wouldn your yours yourself yourselves
        """
    ),
    "de": _word_set(
        """
        aber alle allem allen aller alles also andere anderem anderen anderer anderes ausser beide
        beiden beim bereits bevor bisher bist dabei dadurch dafur dagegen daher damit danach dann
        daran darauf daraus darf darin daruber darum dass davon dazu deine deinem deinen deiner
        denen denn dennoch deren deshalb dessen diese diesem diesen dieser dieses doch dort durch
        durfen eben eigentlich eine einem einen einer eines einfach einige einmal erst etwa etwas
        euch euer eure falls fast ganz gegen genau genug gerade gewesen habe haben habt hatte hatten
        hier hinter ihnen ihre ihrem ihren ihrer immer indem jede jedem jeden jeder jedes jedoch
        jemand jene jener jetzt kann kannst kein keine keinem keinen keiner konnen konnte konnten
        machen mehr mein meine meinem meinen meiner mich muss mussen musste nach nachdem naturlich
        neben nein nicht nichts niemand noch nochmal nunmehr obwohl oder ohne sehr sein seine seinem
        seinen seiner seit selbst sich sicher sind sobald sogar solche sollen sollte sondern sonst
        soweit trotz uber uberhaupt unser unsere unserem unseren unter viel viele vielleicht vollig
        vorher wahrend ware waren warum wegen weil weiter welche welchem welchen welcher wenig
        wenige wenn werde werden wieder wird wirklich wohl wollen wollte worden wurde wurden
        ziemlich zuerst zumindest zwar zwischen
        """
    ),
    "fr": _word_set(
        """
        afin ainsi alors apres assez aucun aucune aupres aurait aussi autre autres avaient avait
        avant avec avez avoir avons beaucoup bien ceci cela celle celles celui cependant certains
        cette ceux chacun chaque chez comme comment contre dans debout dehors deja depuis derriere
        desormais dessous dessus devant doit donc dont elle elles encore enfin entre envers etaient
        etait etant etes etre faire fait font hors jamais jusqu jusque laquelle lequel lesquels leur
        leurs lors lorsque mais malgre meme memes mieux moins notre notres nous parce parfois parmi
        pendant peut peuvent plus plusieurs plutot pour pourquoi pourtant pres presque puis puisque
        quand quant quel quelle quelles quelqu quelque quelques quels quoi quoique rien sans sauf
        selon sera serait seront seulement sinon sont sous souvent suis suite surtout tandis tant
        tellement tels toujours tous tout toute toutefois toutes tres trop vers voici voila votre
        vous vraiment
        """
    ),
    "es": _word_set(
        """
        ademas ahora alguien algun alguna algunas algunos ambos ante antes apenas aquel aquella
        aquellos aqui aunque bajo bastante bien cada casi como contra cual cuales cualquier cuando
        cuanto desde despues donde durante ella ellas ellos entonces entre eran eres esas esos esta
        estaba estaban estado estamos estan estar estas este esto estos fuera fueron gran haber
        habia habian hace hacen hacer hacia hasta hemos incluso jamas luego mediante menos mientras
        mios misma mismas mismo mismos mucha muchas mucho muchos nada nadie ninguna ninguno nosotros
        nuestra nuestras nuestro nuestros nunca otra otras otro otros para pero poca poco pocos
        porque pueda puede pueden pues quien quienes quiza quizas segun seria sido siempre siendo
        sino sobre sois solamente solo somos suya suyo tambien tampoco tanta tanto tantos tenemos
        tener tengo tenia tiene tienen toda todas todavia todo todos tras unas unos usted ustedes
        vamos varias varios veces vosotros vuestra vuestro
        """
    ),
}
