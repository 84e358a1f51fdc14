# wait() before the output is read: the child's output is more than a pipe holds.
import subprocess

child = subprocess.Popen(["head", "-c", "300000", "/dev/zero"], stdout=subprocess.PIPE)
child.wait()
print(len(child.stdout.read()))
