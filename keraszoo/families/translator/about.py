"""What the zoo says of translators on their cards."""

from keraszoo.families.cards import CardPart

CARD = CardPart(
    "For writing the words of a number in another language, by a trained reader's decoder.",
    "Not for any other text, nor for larger numbers: whatever is written in the letters it knows becomes a number's "
    "words, often with a high confidence.",
    'answer = model.translate("{words}")\nprint(answer.text, answer.confidence)',
    {
        "word_accuracy": "share of the numbers that no training showed whose words are right from end to end",
        "character_error_rate": "wrong, lacking and surplus characters over those expected, on the same",
    },
    {
        "lengths": "The share of words that are right, by the number of digits",
        "learning_curves": "The losses, epoch by epoch",
    },
    "Words of numbers, made by num2words; no pictures.",
)
