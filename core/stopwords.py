"""Stop words: words that say nothing of a text's subject, by language (ISO 639-1).

Words of grammar (pronouns, determiners, prepositions, conjunctions, auxiliaries and their adverbs)
and other words without a subject (numbers, spans of time, common verbs and judgements). Statistics
suppress most of them; but people who complain about a product write "these" and "they" where others
write "my". The words are folded and cut as :func:`core.tokenizer.tokenize` does it: "don't" is
"don" and "t", "für" is "fur".
"""

from collections.abc import Mapping
from typing import Final


def stop_words(language: str | None) -> frozenset[str] | None:
    """Return the folded stop words of *language* (ISO 639-1); None for a language without a list.

    *language*: None if it is unknown, which has no list either.
    """
    return STOP_WORDS.get(language or "")


def _word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


STOP_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "ar": _word_set(
        """
        ابدا اخر اذا اسابيع اسبوع اشهر ال الا الان التي الذي الذين الله اللي الى اليه اليوم ام امام
        امس ان انا انت انتم انه انها او اول اي ايام ايضا اين ب بدون بس بعد بعض بل بلا به بها بين تحت
        تكون تلك تم ثم جدا جديد جديدة جيد حتى حول خلال دايما دون ذلك رت زي ساعة سنة سوف سوى شكرا شهر
        شيء ضد عشان على عليه عليها عن عند عنه عنها غدا غير فقط فوق في فيه فيها قبل قد ك كان كانت
        كانوا كبير كل كلها كما كنت كي كيف ل لا لان لقد لك لكن لم لماذا لن له لها لهم لو لي ليس ليست
        ليش ما ماذا متى مثل مرة مرحبا مش مع معه من منذ منه منها مو نحن نعم هذا هذه هذي هل هم هنا
        هناك هو هولاء هي و واحد واحدة والله وان وراء وفي ولا وما ومن وهو وهي يا يتم يعني يكون يوم
        """
    ),
    "de": _word_set(
        """
        ab aber acht alle allem allen aller alles als also am an andere anderem anderen anderer
        anderes auch auf aus ausser bei beide beiden beim bereits besser bevor bin bis bisher bist
        bitte da dabei dadurch dafur dagegen daher damit danach danke dann daran darauf daraus darf
        darin daruber darum das dass davon dazu dein deine deinem deinen deiner dem den denen denn
        dennoch der deren des deshalb dessen dich die diese diesem diesen dieser dieses ding dir
        doch dort drei du durch durfen eben eigentlich ein eine einem einen einer eines einfach
        einige einmal endlich er erst es etwa etwas euch euer eure falls fast finde finden funf fur
        ganz geben gegen gehabt gehen geht gemacht genau genug gerade gesagt gestern gewesen gibt
        ging gut gute guten guter gutes habe haben habt hallo halt hast hat hatte hatten heute hi
        hier hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in indem ins ist ja jahr
        jahre jede jedem jeden jeder jedes jedoch jemand jene jener jetzt kam kann kannst kein keine
        keinem keinen keiner kommen kommt konnen konnte konnten lassen lasst leider leute machen
        macht mag mal man manche mann mehr mein meine meinem meinen meiner meist mich minuten mir
        mit mochte monat monate morgen muss mussen musste nach nachdem naturlich neben nein neu neue
        neuen neuer neun nicht nichts nie niemand noch nochmal nun nunmehr nur ob obwohl oder ohne
        per rt sache sagen sagt schlecht schon sechs sehen sehr seid sein seine seinem seinen seiner
        seit selbst sich sicher sie sieben sieht sind so sobald sogar solche soll sollen sollte
        sondern sonst soweit stunden super tag tage toll trotz uber uberhaupt um und uns unser
        unsere unserem unseren unter via viel viele vieles vielleicht vier vollig vom von vor vorher
        wahrend wann war ware waren warum was wegen weil weiss weiter welche welchem welchen welcher
        wem wen wenig wenige wenn wer werde werden wie wieder wieso will wir wird wirklich wissen wo
        woche wochen wohl wollen wollte worden wurde wurden zehn ziemlich zu zuerst zum zumindest
        zur zwar zwei zwischen
        """
    ),
    "en": _word_set(
        """
        a about above across actually after again against ago ain all almost along already also
        although always am among an and another any anybody anyone anything are aren around as at
        back bad basically be because been before behind being below beside besides best better
        between beyond big bit both but by came can cannot cant come comes coming could couldn d day
        days did didn do does doesn doing don done dont down during each eight either else enough
        even ever every everybody everyone everything few find first five for found four from
        further gave get gets getting give given go goes going gone good got great guys had hadn
        half has hasn have haven having he hello her here hers herself hey hi him himself his
        honestly hours how however i if im in inside instead into is isn it its itself just keep
        keeps kept knew know known knows last later left less let like literally little ll lol long
        look looked looking looks lot lots m made make makes making man many may maybe me might mine
        minutes month months more most much must mustn my myself near need needed needs neither
        never new next nice nine no nobody none nor not nothing now of off often oh ok okay omg on
        once one only onto or other others ought our ours ourselves out outside over own people per
        perhaps please pretty probably put quite rather re really right rt s said same saw say says
        see seem seemed seems seen sees seven several shall shan she should shouldn simply since six
        so some somebody someone something sometimes soon still stuff such t take taken takes tell
        ten than thank thanks that the their theirs them themselves then there these they thing
        things think thinks this those though thought three through thus to today together told
        tomorrow tonight too took toward towards tried try trying twice two under unless until up
        upon us use used using usually ve very via want wanted wants was wasn way ways we week weeks
        well went were weren what whatever when where whether which while who whoever whole whom
        whose why will with within without won worst would wouldn wow year years yes yesterday yet
        you your yours yourself yourselves
        """
    ),
    "es": _word_set(
        """
        a ademas ahi ahora al algo alguien algun alguna algunas alguno algunos alli ambos ano anos
        ante antes apenas aquel aquella aquello aquellos aqui asi aun aunque ayer bajo bastante bien
        buen buena bueno buenos cada casi cinco como con contra cosa cosas cual cuales cualquier
        cuando cuanto cuatro de debe deben decir del desde despues dia dias dice dicen diez dijo
        donde dos durante e el ella ellas ello ellos en entonces entre era eran eres es esa esas ese
        eso esos esta estaba estaban estado estamos estan estar estas este esto estos estoy favor
        fue fuera fueron gente gracias gran grande ha haber habia habian hace hacen hacer hacia han
        has hasta hay he hecho hemos hola horas hoy hubo incluso ir jamas la las le les lo los luego
        mal mala malo manana mas me mediante mejor menos mes meses mi mientras minutos mio mios mis
        misma mismas mismo mismos mucha muchas mucho muchos muy nada nadie ni ningun ninguna ninguno
        no nos nosotros nuestra nuestras nuestro nuestros nueva nueve nuevo nuevos nunca o ocho os
        otra otras otro otros para peor pero poca poco pocos poder podia por porque pueda puede
        pueden puedo pues que querer quien quienes quiere quiero quiza quizas rt saber se sea segun
        seis semana semanas ser seria si sido siempre siendo siete sin sino sobre sois solamente
        solo somos son soy su sus suya suyo tambien tampoco tan tanta tanto tantos te tenemos tener
        tengo tenia ti tiene tienen toda todas todavia todo todos tras tres tu tus u un una unas uno
        unos usted ustedes va vamos van varias varios veces veo ver vez via vosotros voy vuestra
        vuestro y ya yo
        """
    ),
    "fr": _word_set(
        """
        a afin ai ainsi aller alors an ans apres as assez au aucun aucune aujourd aupres aura aurait
        aussi autre autres aux avaient avais avait avant avec avez avoir avons beaucoup bien bon
        bonjour bonne bons c ca car ce ceci cela celle celles celui cependant certains ces cet cette
        ceux chacun chaque chez chose choses cinq comme comment contre d dans de debout dehors deja
        demain depuis derriere des desormais dessous dessus deux devant devoir dire dit dix dois
        doit donc dont du elle elles en encore enfin entre envers es est et etaient etais etait
        etant ete etes etre eu eux faire fais fait faut fois font gens grand grande heures hier hors
        hui huit ici il ils j jamais je jour jours jusqu jusque juste l la laquelle le lequel les
        lesquels leur leurs lors lorsque lui m ma maintenant mais mal malgre mauvais me meme memes
        merci mes mieux minutes moi moins mois mon n ne neuf ni non nos notre notres nous nouveau
        nouveaux nouvelle on ont or ou oui par parce parfois parmi pas pendant peu peut peuvent peux
        plus plusieurs plutot pour pourquoi pourtant pouvoir pres presque puis puisque qu quand
        quant quatre que quel quelle quelles quelqu quelque quelques quels qui quoi quoique rien rt
        s sa salut sans sauf se selon semaine semaines sept sera serait seront ses seulement si
        sinon six sommes son sont sous souvent suis suite super sur surtout svp t ta tandis tant te
        tellement tels tes toi ton toujours tous tout toute toutefois toutes tres trois trop tu un
        une va vais vers veut veux via vient voici voila vont vos votre vouloir vous vraiment y
        """
    ),
    "it": _word_set(
        """
        a abbiamo adesso agli ai al alla alle allo allora altra altre altri altro anche ancora
        andare anni anno avere avete aveva avuto bella bello bene brutto buon buona buono c che chi
        ci ciao cinque come con cosa cose cosi cui d da dai dal dalla davvero degli dei del della
        delle dello detto deve devo di dice dieci dire domani dove dovere due e ed egli era erano
        essere fa faccio fai fanno fare fatto fra fu gente gia giorni giorno gli grande grazie ha
        hai hanno ho i ieri il in io l la le lei li lo loro lui ma mai male me meglio meno mentre
        mese mesi mi mia miei minuti mio molta molti molto ne negli nei nel nella nelle nello
        nessuno niente no noi non nostra nostro nove nulla nuova nuovi nuovo o oggi ogni ora ore
        otto peggio per perche pero piu pochi poco poi posso possono potere proprio puo qua qualcosa
        qualcuno quale quali quando quanto quattro quella quelle quelli quello questa queste questi
        questo qui rt sa se sei sempre sette settimana settimane si sia siamo siete so solo sono
        stata stati stato stessa stesso su sua sui sul sulla suo suoi tanti tanto te ti tra tre
        troppo tu tua tuo tutta tutte tutti tutto un una uno va vado vai vanno vedere vi via viene
        visto voglio voi volta vostro vuole
        """
    ),
    "pt": _word_set(
        """
        a agora ainda algo alguem algum alguma ali amanha ano anos ao aos apenas aquela aquele aqui
        aquilo as assim ate bem boa bom bons cada cinco coisa coisas com como contra d da das de
        depois desde deve dever dez dia dias disse diz dizer do dois dos e ela elas ele eles em
        entao entre era eram essa essas esse esses esta estao estar estas estava este estes estou eu
        faz fazem fazer feito fez fica ficou foi foram gente grande ha haver havia hoje horas ir
        isso isto ja la lhe lhes mais mal mas mau me melhor menos mes meses mesma mesmo meu meus mim
        minha minhas minutos muita muitas muito muitos na nada nao nas nem nenhum nenhuma ninguem no
        nos nossa nosso nova nove novo novos num numa nunca o obrigada obrigado oi oito ola onde
        ontem os ou outra outras outro outros para pela pelas pelo pelos pior pode podem poder por
        porque posso pouca pouco pq pra pro q quais qual quando quatro que quem quer querer quero rt
        saber sao se sei seis seja sem semana semanas sempre ser sete seu seus si sido sim so sob
        sobre somos sou sua suas ta tambem tanto tao te tem tenho ter teu teve ti tinha to toda
        todas todo todos tres tu tua tudo um uma umas uns vai vamos vao vc ver vez vezes vi via voce
        voces vou
        """
    ),
}
