"""Words too common to be looked for while others are there, as `folding.fold` leaves them, by language."""

from typing import Final

STOP_WORDS: Final = {
    "en": frozenset(
        """a about above after again all also am an and any are aren as at be because been before being below between
        both but by can cannot could couldn d did didn do does doesn doing don down during each few for from
        further had has have haven having he her here hers him his how i if in into is isn it its just ll m
        may me might more most must my no nor not of off on once only or other our ours out over own please
        re s same shall she should shouldn so some such t than that the their theirs them then there these
        they this those through to too under until up us ve very was we were what when where which while who
        whom whose why will with won would wouldn you your yours""".split()
    ),
    "fr": frozenset(
        """a afin ai ainsi alors apres as au aucun aucune aussi autre autres aux avant avec avoir c car ce ceci cela
        celle celles celui ces cet cette ceux chaque chez ci comme comment d dans de depuis des doit doivent
        donc dont du elle elles en encore est et etaient etait etant ete etre eux fait faire faut font ici
        il ils j je jusqu jusque l la le les leur leurs lors lorsque lui m ma mais me meme memes mes moi mon
        n ne ni nos notre nous on ont ou par parce pas pendant peu peut peuvent peux plus pour pourquoi puis
        puisque qu quand que quel quelle quelles quels qui quoi s sa sans se sera seront ses si soit son
        sont sous sur t ta te tes toi ton tous tout toute toutes tres tu un une va vais vers veut veux voici
        vos votre vous y""".split()
    ),
}
