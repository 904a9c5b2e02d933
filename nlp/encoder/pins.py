# fmt: off
# ruff: noqa: E501
"""The adapters that ship with this version; written by ``python -m nlp.training.release``."""

from collections.abc import Mapping
from typing import Final

ADAPTER_SHA256: Final[Mapping[str, str]] = {
    "e5-multi.safetensors": "33de4164d29dab8b693b42bc384a9341c708cec0ad9f3e2857a5aa143265c70d",
    "minilm-en.safetensors": "f67ec7eb5e056c184c3bc84f135878c132e13f125b1af09df32b937187050b55",
}
# Sentences of the self-test: negative, neutral, positive.
PROOF: Final[Mapping[str, Mapping[str, tuple[float, ...]]]] = {
    "e5-multi.safetensors": {
        "I love this phone, it is fast, beautiful and worth every cent.": (0.0308, 0.0226, 0.9466),
        "Terrible service, the food was cold and the staff were rude.": (0.9496, 0.02, 0.0304),
        "The store opens at nine on weekdays and at ten on Saturdays.": (0.0338, 0.8894, 0.0768),
        "This is the worst laptop I have ever owned, it broke after a week.": (0.9382, 0.0355, 0.0263),
        "Fantastic hotel, wonderful breakfast and very friendly people!": (0.0311, 0.0167, 0.9522),
        "Ich bin begeistert, das Produkt ist großartig und die Lieferung war schnell.": (0.0807, 0.0776, 0.8417),
        "Schrecklicher Kundendienst, ich bin sehr enttäuscht und wütend.": (0.9708, 0.0131, 0.0161),
        "Die Sitzung beginnt am Dienstag um vierzehn Uhr im Rathaus.": (0.031, 0.9506, 0.0184),
        "Un restaurant merveilleux, la cuisine est délicieuse, j'ai adoré.": (0.0425, 0.0314, 0.926),
        "Quelle horreur, la chambre était sale et le personnel désagréable.": (0.97, 0.0115, 0.0185),
        "Le train pour la capitale part à huit heures du quai numéro trois.": (0.0435, 0.9082, 0.0483),
        "Me encanta esta aplicación, es excelente y muy fácil de usar.": (0.031, 0.046, 0.923),
        "Pésima experiencia, el pedido llegó roto y nadie me ayudó.": (0.7637, 0.1743, 0.062),
        "La reunión del consejo se celebra el jueves por la tarde.": (0.0251, 0.9284, 0.0465),
        "Servizio eccellente, personale gentilissimo, sono davvero felice.": (0.035, 0.0437, 0.9214),
        "Che delusione, prodotto orribile e assistenza pessima.": (0.9509, 0.0173, 0.0318),
        "Adorei o presente, é lindo e de ótima qualidade, muito obrigada!": (0.0325, 0.0376, 0.9299),
        "Que serviço horrível, estou muito decepcionada e com raiva.": (0.9695, 0.0133, 0.0172),
        "خدمة ممتازة ومنتج رائع، أنا سعيد جداً بهذه التجربة": (0.0287, 0.0364, 0.9349),
        "تجربة سيئة جداً، المنتج رديء والخدمة أسوأ ما يكون": (0.9588, 0.0211, 0.0201),
    },
    "minilm-en.safetensors": {
        "I love this phone, it is fast, beautiful and worth every cent.": (0.0763, 0.0096, 0.9142),
        "Terrible service, the food was cold and the staff were rude.": (0.9869, 0.0075, 0.0056),
        "The store opens at nine on weekdays and at ten on Saturdays.": (0.0304, 0.9243, 0.0454),
        "This is the worst laptop I have ever owned, it broke after a week.": (0.9899, 0.0049, 0.0052),
        "Fantastic hotel, wonderful breakfast and very friendly people!": (0.0422, 0.008, 0.9497),
        "Ich bin begeistert, das Produkt ist großartig und die Lieferung war schnell.": (0.1141, 0.7246, 0.1613),
        "Schrecklicher Kundendienst, ich bin sehr enttäuscht und wütend.": (0.1198, 0.6632, 0.217),
        "Die Sitzung beginnt am Dienstag um vierzehn Uhr im Rathaus.": (0.365, 0.5309, 0.1042),
        "Un restaurant merveilleux, la cuisine est délicieuse, j'ai adoré.": (0.0735, 0.7111, 0.2154),
        "Quelle horreur, la chambre était sale et le personnel désagréable.": (0.2348, 0.6328, 0.1324),
        "Le train pour la capitale part à huit heures du quai numéro trois.": (0.1459, 0.7059, 0.1482),
        "Me encanta esta aplicación, es excelente y muy fácil de usar.": (0.09, 0.6216, 0.2883),
        "Pésima experiencia, el pedido llegó roto y nadie me ayudó.": (0.1423, 0.7692, 0.0885),
        "La reunión del consejo se celebra el jueves por la tarde.": (0.1526, 0.7653, 0.0821),
        "Servizio eccellente, personale gentilissimo, sono davvero felice.": (0.1159, 0.8021, 0.0819),
        "Che delusione, prodotto orribile e assistenza pessima.": (0.4808, 0.4131, 0.1061),
        "Adorei o presente, é lindo e de ótima qualidade, muito obrigada!": (0.0432, 0.4614, 0.4954),
        "Que serviço horrível, estou muito decepcionada e com raiva.": (0.26, 0.5987, 0.1413),
        "خدمة ممتازة ومنتج رائع، أنا سعيد جداً بهذه التجربة": (0.028, 0.9417, 0.0303),
        "تجربة سيئة جداً، المنتج رديء والخدمة أسوأ ما يكون": (0.0206, 0.9489, 0.0305),
    },
}
