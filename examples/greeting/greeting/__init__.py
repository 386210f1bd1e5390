"""Says which page greets us, and from where: `greeting ADDRESS < PAGE`. Nothing is fetched."""

import sys

from bs4 import BeautifulSoup
from urllib3.util import parse_url


def greet(page, address):
    heading = BeautifulSoup(page, "html.parser").find("h1")
    return "{} from {}".format(heading.get_text(" ", strip=True), parse_url(address).host)


def main():
    print(greet(sys.stdin.read(), sys.argv[1]))
