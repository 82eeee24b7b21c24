#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes plate.mtx: a stiffness matrix of linear finite elements, for heat in a square plate with a round hole.

The triangles come from a grid whose points were moved at random; an inclusion in the lower left conducts heat ten
times as well as the rest. The outer edge is held at temperature 0 (its points are no unknowns), the edge of the hole
insulates. Hence the matrix is symmetric and positive definite. Usage: make_plate.py > plate.mtx
"""
import random

SIDE = 52  # intervals of the grid along a side


def main():
    random.seed(3)
    spacing = 1.0 / SIDE
    points = {}
    for i in range(SIDE + 1):
        for j in range(SIDE + 1):
            inside = 0 < i < SIDE and 0 < j < SIDE
            shift = [0.25 * spacing * random.uniform(-1, 1) if inside else 0.0 for _ in "xy"]
            points[i, j] = (j * spacing + shift[0], i * spacing + shift[1])

    elements = {}
    for i in range(SIDE):
        for j in range(SIDE):
            corners = [(i, j), (i, j + 1), (i + 1, j + 1), (i + 1, j)]
            if random.random() < 0.5:  # one diagonal of the quadrilateral or the other
                corners = corners[1:] + corners[:1]
            for triangle in (corners[:3], [corners[0], corners[2], corners[3]]):
                add(elements, [(corner, points[corner]) for corner in triangle])

    unknowns = sorted({row for row, _ in elements if 0 < row[0] < SIDE and 0 < row[1] < SIDE})
    number = {point: index + 1 for index, point in enumerate(unknowns)}
    lower = sorted(
        (number[column], number[row], value)
        for (row, column), value in elements.items()
        if row in number and column in number and number[column] <= number[row]
    )
    print("%%MatrixMarket matrix coordinate real symmetric")
    print("% Linear finite elements, heat in a plate with a hole. Written by make_plate.py. Licence: Apache-2.0")
    print(len(unknowns), len(unknowns), len(lower))
    for column, row, value in lower:
        print(row, column, f"{value:.6g}")


def add(elements, triangle):
    """Adds the stiffness of one triangle, unless it lies in the hole."""
    (_, (ax, ay)), (_, (bx, by)), (_, (cx, cy)) = triangle
    x, y = (ax + bx + cx) / 3, (ay + by + cy) / 3
    if (x - 0.62) ** 2 + (y - 0.60) ** 2 < 0.18**2:
        return
    conductivity = 10.0 if max(abs(x - 0.25), abs(y - 0.25)) < 0.12 else 1.0
    double_area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    gradients = [(by - cy, cx - bx), (cy - ay, ax - cx), (ay - by, bx - ax)]
    for (row, _), (gx, gy) in zip(triangle, gradients):
        for (column, _), (hx, hy) in zip(triangle, gradients):
            value = conductivity * (gx * hx + gy * hy) / (2 * double_area)
            elements[row, column] = elements.get((row, column), 0.0) + value


main()
