import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './tools.ts';

/** A Go program that calls a Python package of our own, which needs two of others. */
export type Example = {
  /** The wheel of our package. */
  wheel: string;
  /** The folder of the Go module, in which ./greet is the program. */
  module: string;
};

const python = `
import bs4, urllib3

def main():
    soup = bs4.BeautifulSoup("<p>the main job</p>", "html.parser")
    print(soup.p.text, "runs with bs4", bs4.__version__, "and urllib3", urllib3.__version__)
`;

const go = `package main

import (
	"fmt"
	"os"
	"os/exec"
)

func main() {
	out, err := exec.Command("/usr/local/bin/greet-py").CombinedOutput()
	fmt.Printf("Go hears: %s", out)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
`;

/** Wheels are ZIP files, and Python knows how to write them and their RECORD. */
const pack = `
import base64, hashlib, sys, zipfile
target, name, version, code = sys.argv[1:]
info = f"{name}-{version}.dist-info"
files = {
    f"{name}.py": code,
    f"{info}/METADATA": f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n",
    f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    f"{info}/entry_points.txt": f"[console_scripts]\\n{name}-py = {name}:main\\n",
}
digest = lambda data: base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
record = "".join(f"{path},sha256={digest(text.encode())},{len(text.encode())}\\n" for path, text in files.items())
files[f"{info}/RECORD"] = record + f"{info}/RECORD,,\\n"
with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as wheel:
    for path, text in files.items():
        wheel.writestr(zipfile.ZipInfo(path, (2024, 1, 1, 0, 0, 0)), text)
`;

export async function example(place: string): Promise<Example> {
  const wheel = join(place, 'greet-1.0-py3-none-any.whl');
  const module = join(place, 'module');
  mkdirSync(join(module, 'greet'), { recursive: true });
  writeFileSync(join(module, 'go.mod'), 'module example.test/greet\n\ngo 1.20\n');
  writeFileSync(join(module, 'greet/main.go'), go);
  await run('python3', ['-c', pack, wheel, 'greet', '1.0', python]);
  return { wheel, module };
}
