"""Which lines and dots, in which colours."""

from __future__ import annotations

import numpy as np

from addon.scene.drawing import View, discs, residual_colours, residuals, skeleton, together

RED = (1.0, 0.0, 0.0, 1.0)
POINTS = np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 0, 0]])
LINKS = np.array([[0, 1], [1, 2], [2, 3]])


def test_missing_points_and_their_lines_are_not_drawn():
    found = skeleton(POINTS, np.array([1.0, 1.0, 0.0, 1.0]), LINKS, RED)
    np.testing.assert_array_equal(found.lines, POINTS[[0, 1]])
    np.testing.assert_array_equal(found.dots, POINTS[[0, 1, 3]])


def test_filled_points_and_their_lines_are_faint():
    found = skeleton(POINTS, np.array([1.0, 1.0, 0.3, 1.0]), LINKS, RED)
    np.testing.assert_allclose(found.line_colours[:, 3], [1, 1, 0.3, 0.3, 0.3, 0.3])
    np.testing.assert_allclose(found.dot_colours[:, 3], [1, 1, 0.3, 1])
    assert (found.dot_colours[:, :3] == RED[:3]).all()


def test_people_come_together_and_nobody_is_nothing():
    one = skeleton(POINTS, np.ones(4), LINKS, RED)
    both = together([one, one])
    assert both.lines.shape == (12, 3) and both.dot_colours.shape == (8, 4)
    nobody = together([])
    assert nobody.lines.shape == (0, 3) and nobody.dots.shape == (0, 3)


def test_residual_lines_turn_from_green_to_red():
    green, yellow, red, worse = residual_colours(np.array([0.0, 0.05, 0.1, 0.5]))
    assert green[1] > 2 * green[0] and red[0] > 2 * red[1]
    assert min(yellow[:2]) > 0.8
    np.testing.assert_array_equal(red, worse)


def test_residual_lines_run_from_what_was_seen_to_the_body():
    body = POINTS + np.array([0.0, 0.0, 0.1])
    body[1] = np.nan
    found = residuals(POINTS, np.array([1.0, 1.0, 0.3, 1.0]), body)
    np.testing.assert_array_equal(found.lines, [POINTS[0], body[0], POINTS[3], body[3]])
    np.testing.assert_array_equal(found.line_colours[0], residual_colours(np.array([0.1]))[0])


def test_shapes_are_carried_along():
    matrix = np.eye(4)
    matrix[:3] = [[0, -1, 0, 5], [1, 0, 0, 0], [0, 0, 1, 0]]
    moved = skeleton(POINTS, np.ones(4), LINKS, RED).moved(matrix)
    np.testing.assert_allclose(moved.dots[1], [5, 1, 0])


def test_dots_have_the_same_size_in_pixels_near_and_far():
    focal, width, height = 2.0, 800.0, 600.0
    projection = np.array(
        [[focal, 0, 0, 0], [0, focal * width / height, 0, 0], [0, 0, -1.0, -0.2], [0, 0, -1, 0]]
    )
    view = View(np.eye(4), projection, width)
    places = np.array([[0.5, 0.2, -2.0], [0.5, 0.2, -20.0], [0.0, 0.0, 3.0]])
    vertices, colours, triangles = discs(places, np.tile(RED, (3, 1)), 4.0, view)
    assert len(vertices) == 2 * len(np.unique(triangles)) / 2  # the dot behind the eye is gone
    clip = np.concatenate([vertices, np.ones((len(vertices), 1))], axis=1) @ projection.T
    pixels = clip[:, :2] / clip[:, 3:] * [width / 2, height / 2]
    for dot in pixels.reshape(2, -1, 2):
        reach = np.linalg.norm(dot - dot[0], axis=1)
        np.testing.assert_allclose([reach.max(), np.median(reach[reach > 0])], [4.5, 4.0], atol=0.6)
    assert set(colours[:, 3]) == {0.0, 1.0}
