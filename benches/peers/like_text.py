"""Writes the same program in both languages, of about MEGABYTES: like_text.py MEGABYTES OUT.proc OUT.py."""

import sys

PROC = '''\
# Step {i}: what a scenario does, written out.
def step_{i}(name, count) {{
    let total = 0
    let seen = [name, "step {i}", {i}]
    for number in 0..count {{
        if number % 3 == 0 and number != {i} {{
            total += number * 2 + len(seen)
        }} else if number > 10 or not (number == 4) {{
            total -= (number // 2 + 1) * -3
        }} else {{
            seen.push("{{name}} saw {{number}} of {{count}}")
        }}
    }}
    let entry = {{name: name, total: total, ratio: total / 1.5}}
    while total > 1000 {{
        total = total // 2
    }}
    return entry.total + total + seen.map(|x| len(str(x))).sum()
}}
print step_{i}("alex", {i})
'''

PYTHON = '''\
# Step {i}: what a scenario does, written out.
def step_{i}(name, count):
    total = 0
    seen = [name, "step {i}", {i}]
    for number in range(0, count):
        if number % 3 == 0 and number != {i}:
            total += number * 2 + len(seen)
        elif number > 10 or not (number == 4):
            total -= (number // 2 + 1) * -3
        else:
            seen.append(f"{{name}} saw {{number}} of {{count}}")
    entry = {{"name": name, "total": total, "ratio": total / 1.5}}
    while total > 1000:
        total = total // 2
    return entry["total"] + total + sum(map(lambda x: len(str(x)), seen))
print(step_{i}("alex", {i}))
'''


def write(path, template, size):
    written = 0
    number = 0
    with open(path, "w", encoding="utf-8") as out:
        while written < size:
            text = template.format(i=number)
            out.write(text)
            written += len(text)
            number += 1


def main():
    size = float(sys.argv[1]) * 1e6
    write(sys.argv[2], PROC, size)
    write(sys.argv[3], PYTHON, size)


if __name__ == "__main__":
    main()
