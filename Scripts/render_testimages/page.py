"""A page as a screen shows it: headline, columns of text, a chart with bars and curves, a table, flat colours."""

import numpy as np
from common import encode_srgb, mix, rgb
from strokefont import Pen, width_of

WORDS = (
    "light falls through the open window and every grain of dust becomes a small sun the table keeps the warmth "
    "of the day long after the lamp is out what a lens gathers a file must hold and what a file leaves out no eye "
    "can bring back though a patient hand may guess it well near an edge the block of eight by eight shows first "
    "then the ring around each letter and the sky breaks into steps where the slope was too gentle to be worth a "
    "number we look closer and find the grid"
).split()


def ink(image, pen, colour):
    return mix(image, rgb(colour), pen.coverage())


def box(image, x0, y0, x1, y1, colour):
    image[y0:y1, x0:x1] = rgb(colour)


def column(pen, words, x, y, width, size, leading, lines):
    """Sets justified text and returns the words that are left."""
    for _ in range(lines):
        line = []
        while words and width_of(" ".join([*line, words[0]]), size) <= width:
            line.append(words.pop(0))
        if not line:
            return
        free = width - sum(width_of(w, size) for w in line)
        gap = free / max(len(line) - 1, 1) if words else size
        at = x
        for word in line:
            pen.text(word, at, y, size)
            at += width_of(word, size) + gap
        y += leading


def chart(image, rng, height, width):
    box(image, 272, 70, 464, 196, "f4f6fa")
    grid = Pen(height, width)
    for k in range(6):
        grid.line([(292, 180 - 20 * k), (456, 180 - 20 * k)], 0.7)
    image = ink(image, grid, "c8d0dc")
    colours = ["2f6fb5", "d9822b", "4a9a5a"]
    for k in range(7):
        for j in range(3):
            top = 180 - int(24 + 70 * abs(np.sin(0.7 * k + 1.1 * j)) + rng.uniform(0, 12))
            box(image, 298 + 23 * k + 6 * j, top, 303 + 23 * k + 6 * j, 180, colours[j])
    curve, labels, axis = Pen(height, width), Pen(height, width), Pen(height, width)
    x = np.linspace(294, 456, 60)
    curve.line(np.stack([x, 150 - 55 * ((x - 294) / 162) ** 1.6 + 7 * np.sin(x / 9)], -1), 1.8)
    axis.line([(292, 76), (292, 180), (458, 180)], 1.1)
    for k in range(7):
        labels.text(str(2019 + k), 297 + 23 * k, 190, 4.6, 0.8)
    for k in range(5):
        labels.text(str(20 * k), 278, 183 - 20 * k, 4.6, 0.8)
    labels.text("Tonnes a year", 296, 80, 5.4, 0.9)
    image = ink(ink(image, curve, "b0203a"), axis, "303840")
    return ink(image, labels, "404850")


def table(image, height, width):
    rows = [
        ("fruit", "boxes", "price", "day"),
        ("apples", "412", "3.20", "Mon"),
        ("pears", "96", "4.15", "Tue"),
        ("plums", "1 280", "2.75", "Tue"),
        ("quinces", "37", "6.90", "Thu"),
        ("walnuts", "655", "8.40", "Fri"),
    ]
    box(image, 272, 212, 464, 228, "24476f")
    head, body, rules = Pen(height, width), Pen(height, width), Pen(height, width)
    for i, row in enumerate(rows):
        y = 224 + 17 * i
        if i % 2 == 0 and i:
            box(image, 272, y - 12, 464, y + 5, "eef2f7")
        for j, cell in enumerate(row):
            x = 278 + (0, 62, 110, 162)[j]
            (body if i else head).text(cell, x, y, 6.6, 1.0)
        rules.line([(272, y + 5), (464, y + 5)], 0.8)
    return ink(ink(ink(image, rules, "b8c2d0"), head, "ffffff"), body, "1c2430")


def render(width=480, height=352, seed=41):
    rng = np.random.default_rng(seed)
    image = np.tile(rgb("fdfdfb"), (height, width, 1))
    box(image, 0, 0, width, 34, "1d3557")
    box(image, 0, 34, width, 37, "e0a030")
    title, head, text, small = (Pen(height, width) for _ in range(4))
    title.text("The Daily Pixel", 16, 25, 16, 2.3)
    small.text("Saturday, 21 November - No. 64", 318, 23, 6.6, 1.0)
    head.text("What the codec left out", 16, 60, 11.5, 1.7)
    words = WORDS * 4
    column(text, words, 16, 78, 236, 6.6, 12.2, 11)
    for k, colour in enumerate(["c1121f", "e36414", "f2c14e", "6a994e", "2a9d8f", "277da1", "5e548e", "222222"]):
        box(image, 16 + 30 * k, 212, 42 + 30 * k, 232, colour)
    column(text, words, 16, 250, 236, 5.4, 9.8, 9)
    head.text("At the market", 272, 60, 9, 1.5)
    image = ink(image, title, "ffffff")
    image = ink(image, small, "d8e2f0")
    image = ink(ink(image, head, "14202e"), text, "20242a")
    return encode_srgb(table(chart(image, rng, height, width), height, width))
