# 1 GiB of lines.
yes | head -c 1073741824
echo 42
