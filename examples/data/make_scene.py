#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes scene.png: balls and a block on a chequered floor under a low sun, by following rays of light backwards.

Takes a minute or two. Usage: make_scene.py > scene.png
"""
import math
import random
import struct
import sys
import zlib

SIZE = 512
SAMPLES = 2  # rays per pixel, along each side
GRAIN = 2.0  # standard deviation of the noise, of 255
EYE = (0.0, 1.55, -5.2)
SUN = tuple(c / math.sqrt(1.5**2 + 1.6**2 + 1.9**2) for c in (-1.5, 1.6, -1.9))

# centre, radius, colour, share of the light that is reflected
BALLS = [
    ((-1.25, 0.9, 0.2), 0.9, (0.85, 0.20, 0.15), 0.12),
    ((0.55, 0.62, -0.9), 0.62, (0.95, 0.93, 0.90), 0.65),
    ((-0.35, 0.3, -1.7), 0.3, (0.95, 0.75, 0.15), 0.15),
    ((1.05, 0.22, -2.1), 0.22, (0.15, 0.65, 0.35), 0.15),
    ((3.2, 1.3, 4.5), 1.3, (0.45, 0.30, 0.65), 0.10),
]
BLOCK = ((1.0, 0.0, 0.3), (2.1, 1.7, 1.4))  # opposite corners
BLOCK_COLOUR = (0.20, 0.40, 0.75)


def dot(a, b):
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def unit(a):
    length = math.sqrt(dot(a, a))
    return (a[0] / length, a[1] / length, a[2] / length)


def nearest(origin, ray):
    """What the ray meets first: (distance, normal, colour, reflection), or None."""
    best = None
    limit = 1e9
    for centre, radius, colour, mirror in BALLS:
        to = (origin[0] - centre[0], origin[1] - centre[1], origin[2] - centre[2])
        half = dot(to, ray)
        root = half * half - dot(to, to) + radius * radius
        if root > 0.0:
            t = -half - math.sqrt(root)
            if 1e-4 < t < limit:
                limit = t
                normal = tuple((to[d] + t * ray[d]) / radius for d in range(3))
                best = (t, normal, colour, mirror)
    enter, leave, axis = -1e9, 1e9, 0
    for d in range(3):
        slope = ray[d] if abs(ray[d]) > 1e-12 else 1e-12
        near, far = sorted(((BLOCK[0][d] - origin[d]) / slope, (BLOCK[1][d] - origin[d]) / slope))
        if near > enter:
            enter, axis = near, d
        leave = min(leave, far)
    if 1e-4 < enter < min(leave, limit):
        limit = enter
        normal = tuple((-1.0 if ray[axis] > 0 else 1.0) if d == axis else 0.0 for d in range(3))
        best = (enter, normal, BLOCK_COLOUR, 0.05)
    if ray[1] < -1e-6:
        t = -origin[1] / ray[1]
        if 1e-4 < t < limit:
            x, z = origin[0] + t * ray[0], origin[2] + t * ray[2]
            colour = (0.82, 0.80, 0.74) if (math.floor(x) + math.floor(z)) % 2 == 0 else (0.30, 0.27, 0.25)
            best = (t, (0.0, 1.0, 0.0), colour, 0.08)
    return best


def sky(ray):
    height = max(0.0, ray[1])
    colour = [0.86 - 0.55 * height**0.6, 0.88 - 0.38 * height**0.6, 0.92 - 0.12 * height**0.6]
    hills = 0.045 + 0.03 * math.sin(5.0 * ray[0] + 1.0) + 0.015 * math.sin(17.0 * ray[0])
    return [0.42, 0.50, 0.52] if ray[1] < hills else colour


def light(origin, ray, depth):
    """The colour that comes along the ray."""
    hit = nearest(origin, ray)
    if hit is None:
        return sky(ray)
    t, normal, colour, mirror = hit
    point = tuple(origin[d] + t * ray[d] for d in range(3))
    above = tuple(point[d] + 1e-3 * normal[d] for d in range(3))
    sunny = max(0.0, dot(normal, SUN))
    if sunny > 0.0 and nearest(above, SUN) is not None:
        sunny = 0.0
    bright = 0.30 + 0.12 * normal[1] + 0.62 * sunny
    result = [c * bright for c in colour]
    if depth > 0:
        along = 2.0 * dot(ray, normal)
        bounce = unit(tuple(ray[d] - along * normal[d] for d in range(3)))
        mirrored = light(above, bounce, depth - 1)
        result = [(1.0 - mirror) * own + mirror * other for own, other in zip(result, mirrored)]
        if sunny > 0.0 and mirror >= 0.1 and normal[1] < 1.0:
            shine = max(0.0, dot(bounce, SUN)) ** 60
            result = [own + 0.7 * shine for own in result]
    haze = 1.0 - math.exp(-0.0016 * t * t)
    return [(1.0 - haze) * own + haze * far for own, far in zip(result, (0.86, 0.88, 0.90))]


def render():
    for row in range(SIZE):
        line = bytearray()
        for column in range(SIZE):
            total = [0.0, 0.0, 0.0]
            for sample in range(SAMPLES * SAMPLES):
                x = (column + (sample % SAMPLES + 0.5) / SAMPLES) / SIZE - 0.5
                y = 0.5 - (row + (sample // SAMPLES + 0.5) / SAMPLES) / SIZE
                colour = light(EYE, unit((x, y - 0.13, 0.95)), 2)
                total = [a + b for a, b in zip(total, colour)]
            grain = random.gauss(0.0, GRAIN)
            for value in total:
                level = 255.0 * min(1.0, value / (SAMPLES * SAMPLES)) ** 0.9 + grain
                line.append(max(0, min(255, round(level))))
        yield line


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def main():
    random.seed(1)
    data = bytearray()
    above = bytearray(3 * SIZE)
    for line in render():
        # Every byte is stored as its difference from the mean of the bytes to the left and above.
        data.append(3)
        data += bytes((b - ((line[i - 3] if i >= 3 else 0) + above[i]) // 2) % 256 for i, b in enumerate(line))
        above = line
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0)
    note = b"Copyright\0Apache-2.0, made by make_scene.py"
    sys.stdout.buffer.write(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"tEXt", note)
        + chunk(b"IDAT", zlib.compress(bytes(data), 9)) + chunk(b"IEND", b"")
    )


main()
