"""What every room uses: errors, paths, atomic writes, hashes, seeds. Knows no recommendation."""

from mtrec_lib.core.atomic import atomic_path, write_bytes, write_json, write_text
from mtrec_lib.core.hashes import code_hash, fingerprint, sha256_bytes, sha256_file
from mtrec_lib.core.paths import home, package_data, repository, writable
from mtrec_lib.core.seeds import derive, generator
from mtrec_lib.core.suggest import nearest

__all__ = [
    "atomic_path",
    "code_hash",
    "derive",
    "fingerprint",
    "generator",
    "home",
    "nearest",
    "package_data",
    "repository",
    "sha256_bytes",
    "sha256_file",
    "writable",
    "write_bytes",
    "write_json",
    "write_text",
]
