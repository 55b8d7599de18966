"""Names of a package that are imported when they are asked for are those that it lists, and nothing else."""

from __future__ import annotations

import importlib

import pytest

PACKAGES = ("addon.formats", "addon.refiner", "addon.rigs")


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_that_is_listed_is_there(package):
    module = importlib.import_module(package)
    for name in module.__all__:
        assert getattr(module, name) is not None


@pytest.mark.parametrize("package", PACKAGES)
def test_a_name_of_a_function_is_not_that_of_its_module(package):
    """The import of a module would put it in the function's place."""
    module = importlib.import_module(package)
    for name in module.__all__:
        assert type(getattr(module, name)).__name__ != "module"
        importlib.import_module(getattr(getattr(module, name), "__module__", package))
        assert type(getattr(module, name)).__name__ != "module"


def test_other_names_are_refused_as_ever():
    with pytest.raises(ImportError, match="cannot import name 'improve'"):
        from addon.refiner import improve  # noqa: F401
    with pytest.raises(AttributeError, match="has no attribute 'improve'"):
        _ = importlib.import_module("addon.refiner").improve
