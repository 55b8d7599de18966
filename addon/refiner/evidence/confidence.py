"""What confidence tells: a detector's scores are no probabilities, and noise is measured on the clip."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...body.quantiles import quantile
from ...recording import Keypoints

SUREST = 0.8
"""A point as sure as this share of a clip's counts in full: all by half would be less evidence, not worse."""
ASKED = 1000
"""Frames that are asked at the most."""


def compared(keypoints: Keypoints) -> Keypoints:
    """The keypoints with their confidence (T, K) in 0..1 beside that of the clip's surest points."""
    confidence = np.where(np.isnan(keypoints.confidence), 0.0, keypoints.confidence).clip(0.0, 1.0)
    some = confidence[:: max(len(confidence) // ASKED, 1)]
    seen = some[some > 0]
    if not len(seen):
        return keypoints
    return replace(keypoints, confidence=np.minimum(confidence / quantile(seen, SUREST), 1.0))
