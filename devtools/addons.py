"""Our own addons: every folder of the clone with a manifest, what they depend on and what they are made of."""

import ast
import functools

from .paths import REPO, digest

#: The addon everything here is about; the bridges beside it install themselves.
MAIN = 'mobile_crm'
#: Plays the provider of payments where there is none.
PAYMENT = 'payment_demo'
#: Apps that the demo shows although no addon of ours needs them (the salesperson's Sales app).
DEMO_EXTRA = ['sale_management', PAYMENT]


@functools.cache
def manifests():
    """Return the manifest of each of our addons, by technical name."""
    return {
        path.parent.name: ast.literal_eval(path.read_text(encoding='utf-8'))
        for path in sorted(REPO.glob('*/__manifest__.py'))
    }


def names():
    """Return the technical names of our addons that can be installed."""
    return [name for name, manifest in manifests().items() if manifest.get('installable', True)]


def bridges():
    """Return those of our addons that install themselves beside another of Odoo's."""
    return [name for name in names() if manifests()[name].get('auto_install')]


def core():
    """Return those of our addons that a user installs."""
    return [name for name in names() if name not in bridges()]


def dependencies():
    """Return Odoo's addons that ours build on, bridges' partners left out: those are the user's choice."""
    return _needed(core())


def bridge_dependencies():
    """Return what the bridges need beyond `dependencies`."""
    return sorted(set(_needed(bridges())) - set(dependencies()))


def _needed(wanted):
    """Return Odoo's addons that these of ours name in their manifests."""
    own = manifests()
    return sorted({dependency for name in wanted for dependency in own[name].get('depends', [])} - own.keys())


def fingerprint():
    """Return a short name for what an installed database depends on: all our addons' files but their tests."""
    files = sorted(
        path for name in names() for path in (REPO / name).rglob('*')
        if path.is_file() and not {'__pycache__', 'tests'} & set(path.relative_to(REPO).parts)
    )
    return digest(*(part for path in files for part in (path.relative_to(REPO), path)))
