"""Makes a wheel of a pure Python package: wheel.py PACKAGE DIRECTORY prints the path of the wheel.

Just what this example needs of a build backend, so that none has to be downloaded. The same source gives the same
bytes: sorted, from 1980 (the zip format knows no earlier), and stored, since one zlib compresses unlike another.
"""

import ast
import base64
import hashlib
import os
import sys
import zipfile


def read_project(path):
    """The tables of a pyproject.toml with one value a line: such values are written as in Python."""
    tables, table = {}, {}
    with open(path, encoding="utf-8") as lines:
        for line in map(str.strip, lines):
            if line.startswith("["):
                table = tables.setdefault(line.strip("[]"), {})
            elif line:
                key, _, value = line.partition(" = ")
                table[key] = ast.literal_eval(value)
    return tables


def metadata(project):
    lines = ["Metadata-Version: 2.1"]
    lines += ["{}: {}".format(key.capitalize(), project[key]) for key in ("name", "version")]
    lines += ["Summary: " + project["description"], "License: " + project["license"]]
    lines += ["Requires-Python: " + project["requires-python"]]
    lines += ["Requires-Dist: " + name for name in project["dependencies"]]
    return "\n".join(lines) + "\n"


def sources(package, name):
    for folder, _, files in os.walk(os.path.join(package, name)):
        for file in files:
            if file.endswith(".py"):
                path = os.path.join(folder, file)
                with open(path, "rb") as source:
                    yield os.path.relpath(path, package).replace(os.sep, "/"), source.read()


def record_row(path, content):
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return "{},sha256={},{}\n".format(path, digest, len(content))


def make_wheel(package, directory):
    tables = read_project(os.path.join(package, "pyproject.toml"))
    project = tables["project"]
    name = "{}-{}".format(project["name"], project["version"])
    scripts = "".join("{} = {}\n".format(*script) for script in tables["project.scripts"].items())
    info = {
        "METADATA": metadata(project),
        "WHEEL": "Wheel-Version: 1.0\nGenerator: example\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "entry_points.txt": "[console_scripts]\n" + scripts,
    }
    members = sorted(sources(package, project["name"]))
    members += [("{}.dist-info/{}".format(name, file), text.encode()) for file, text in info.items()]
    record = name + ".dist-info/RECORD"
    rows = "".join(record_row(*member) for member in members)
    members.append((record, (rows + record + ",,\n").encode()))

    wheel = os.path.join(directory, name + "-py3-none-any.whl")
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_STORED) as archive:
        for path, content in members:
            member = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            member.create_system = 3
            member.external_attr = 0o100644 << 16
            archive.writestr(member, content)
    return wheel


print(make_wheel(*sys.argv[1:]))
