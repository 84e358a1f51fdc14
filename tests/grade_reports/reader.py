"""Reads reports of a class as others do: XML, CSV and HTML by Python's own modules. JSON in, JSON out."""
import csv
import html.parser
import io
import json
import sys
import xml.etree.ElementTree


def junit(text):
    def case(element):
        said = (element.findtext("system-out") or "").split("\n")
        fields = dict(line.split(": ", 1) for line in said[:3] if ": " in line)
        bad = [child.tag for child in element if child.tag in ("failure", "error", "skipped")]
        return [element.get("name"), fields.get("verdict"), fields.get("points", ""), bad]

    root = xml.etree.ElementTree.fromstring(text.encode())
    return [[suite.get("name"), [case(one) for one in suite.findall("testcase")]] for suite in root.findall("testsuite")]


class Page(html.parser.HTMLParser):
    """Elements with their attributes, and the text in scripts and in everything else."""

    def __init__(self):
        super().__init__()
        self.tags, self.scripts, self.texts, self.inside = [], [], [], None

    def handle_starttag(self, tag, attributes):
        self.tags.append([tag, dict(attributes)])
        self.inside = tag
        if tag == "script":
            self.scripts.append([dict(attributes), ""])

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside == "script":
            self.scripts[-1][1] += data
        elif self.inside != "style":
            self.texts.append(data)


def page(text):
    reader = Page()
    reader.feed(text)
    reader.close()
    return {"tags": reader.tags, "scripts": reader.scripts, "text": "".join(reader.texts)}


asked = json.load(sys.stdin)
said = {name: list(csv.reader(io.StringIO(text, newline=""), strict=True)) for name, text in asked["csv"].items()}
json.dump({"csv": said, "junit": junit(asked["junit"]), "pages": [page(one) for one in asked["pages"]]}, sys.stdout)
