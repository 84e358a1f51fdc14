//! Archives that students hand in, and worse: whatever is in them, nothing is written outside the folder that is meant for it.

use proctor::suite::grade::{Caps, Folders, Kind, Submission, Trouble, prepare, submissions};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// Small, so that what is too much is made quickly.
const CAPS: Caps = Caps { total: 1 << 20, file: 1 << 19, entries: 200, depth: 8 };

/// Archives, written by Python, whose modules write down whatever they are told.
const MAKE: &str = r#"
import io, os, struct, sys, tarfile, zipfile
folder = sys.argv[1]

def tar(name, *entries, mode="w:gz", **more):
    with tarfile.open(os.path.join(folder, name), mode, **more) as archive:
        for entry in entries:
            info, text = entry
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text))

def one(name, text=b"x", kind=tarfile.REGTYPE, link="", mode=0o644):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, link, mode
    return info, text if kind == tarfile.REGTYPE else b""

def zipped(name, *entries, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(os.path.join(folder, name), "w", method) as archive:
        for path, text, mode in entries:
            info = zipfile.ZipInfo(path)
            info.external_attr = mode << 16
            info.compress_type = method
            archive.writestr(info, text)

def patch(source, name, change):
    with open(os.path.join(folder, source), "rb") as file:
        data = bytearray(file.read())
    change(data)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)

L, H = tarfile.SYMTYPE, tarfile.LNKTYPE
tar("up.tar.gz", one("../evil"))
tar("absolute.tgz", one("/tmp/proctor-evil"))
tar("deep-up.tar.gz", one("a/../../evil"))
tar("link-out.tar.gz", one("l", kind=L, link="../.."))
tar("link-absolute.tar.gz", one("l", kind=L, link="/etc/passwd"))
tar("link-through.tar.gz", one("l", kind=L, link="/tmp"), one("l/evil"))
tar("link-chain.tar.gz", one("d/x"), one("here", kind=L, link="."), one("out", kind=L, link="here/../.."))
tar("hard-out.tar.gz", one("l", kind=H, link="../../../etc/passwd"))
tar("hard-absolute.tar.gz", one("l", kind=H, link="/etc/passwd"))
tar("hard-to-link.tar.gz", one("l", kind=L, link="m"), one("n", kind=H, link="l"))
tar("device.tar.gz", one("d", kind=tarfile.CHRTYPE))
tar("fifo.tar.gz", one("f", kind=tarfile.FIFOTYPE))
tar("twice.tar.gz", one("a"), one("a", b"y"))
tar("file-and-folder.tar.gz", one("a"), one("a/b"))
tar("many.tar.gz", *[one("f%d" % number) for number in range(201)])
tar("deep.tar.gz", one("/".join("d" * 10) + "/x"))
tar("long-name.tar.gz", one("n" * 300))
tar("large-file.tar.gz", one("a", bytes(600000)))
tar("large-together.tar.gz", *[one("f%d" % number, bytes(400000)) for number in range(3)])
tar("bomb.tgz", one("a", bytes(60 << 20)))
tar("nothing.tar.gz")
tar("folders-only.tar.gz", one("a", kind=tarfile.DIRTYPE))
with open(os.path.join(folder, "rubbish.tar.gz"), "wb") as file:
    file.write(b"this is no archive at all")
patch("large-together.tar.gz", "cut-off.tar.gz", lambda data: data.__delitem__(slice(len(data) // 2, None)))

def header_lies(data):
    pass
tar("lie.tar", one("a", b"x" * 2000), mode="w")
def huge(data):
    data[124:136] = b"77777777777\0"
    data[148:156] = b"        "
    data[148:156] = b"%06o\0 " % sum(data[:512])
patch("lie.tar", "size-lies.tar", huge)
os.remove(os.path.join(folder, "lie.tar"))

F = 0o100644
zipped("up.zip", ("../evil", "x", F))
zipped("absolute.zip", ("/tmp/proctor-evil", "x", F))
zipped("link.zip", ("l", "/etc/passwd", 0o120777))
zipped("device.zip", ("d", "", 0o020644))
zipped("large.zip", ("a", bytes(600000), F))
zipped("bomb.zip", *[("f%d" % number, bytes(400000), F) for number in range(100)])
zipped("many.zip", *[("f%d" % number, "", F) for number in range(201)])
zipped("twice.zip", ("a", "x", F), ("a", "y", F))
zipped("plain.zip", ("a", "x" * 100, F), method=zipfile.ZIP_STORED)
def encrypt(data):
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
patch("plain.zip", "encrypted.zip", encrypt)
def damage(data):
    data[40] ^= 0xff
patch("plain.zip", "damaged.zip", damage)
patch("plain.zip", "cut-off.zip", lambda data: data.__delitem__(slice(60, None)))
def smaller(data):
    for at in (22, data.index(b"PK\x01\x02") + 24):
        data[at:at + 4] = struct.pack("<I", 1)
zipped("squeezed.zip", ("a", bytes(900000), F))
patch("squeezed.zip", "size-lies.zip", smaller)
zipped("two.zip", ("a", "x" * 100, F), ("b", "x" * 100, F), method=zipfile.ZIP_STORED)
def overlap(data):
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    data[second + 42:second + 46] = struct.pack("<I", 0)
patch("two.zip", "overlap.zip", overlap)
for name in ("plain.zip", "squeezed.zip", "two.zip"):
    os.remove(os.path.join(folder, name))
"#;

/// What each of them is refused for.
const REFUSED: [(&str, &str); 40] = [
    ("up.tar.gz", "leads out of it"),
    ("absolute.tgz", "absolute path"),
    ("deep-up.tar.gz", "leads out of it"),
    ("link-out.tar.gz", "leads out of it"),
    ("link-absolute.tar.gz", "leads out of it"),
    ("link-through.tar.gz", "is a folder in it, and is none"),
    ("link-chain.tar.gz", "leads out of it"),
    ("hard-out.tar.gz", "leads out of it"),
    ("hard-absolute.tar.gz", "absolute path"),
    ("hard-to-link.tar.gz", "which is no file before it"),
    ("device.tar.gz", "a device"),
    ("fifo.tar.gz", "a FIFO"),
    ("twice.tar.gz", "stands twice"),
    ("file-and-folder.tar.gz", "is a folder in it, and is none"),
    ("many.tar.gz", "more than 200 files"),
    ("deep.tar.gz", "more than 8 folders"),
    ("long-name.tar.gz", "too long"),
    ("large-file.tar.gz", "has more than"),
    ("large-together.tar.gz", "together"),
    ("bomb.tgz", "has more than"),
    ("nothing.tar.gz", "no file in it"),
    ("folders-only.tar.gz", "no file in it"),
    ("rubbish.tar.gz", "no tar archive"),
    ("cut-off.tar.gz", ""),
    ("size-lies.tar", ""),
    ("up.zip", "leads out of it"),
    ("absolute.zip", "absolute path"),
    ("link.zip", "leads out of it"),
    ("device.zip", "a device"),
    ("large.zip", "has more than"),
    ("bomb.zip", "together"),
    ("many.zip", "more than 200 files"),
    ("twice.zip", ""),
    ("encrypted.zip", "encrypted"),
    ("damaged.zip", "cannot be read"),
    ("cut-off.zip", "no zip archive"),
    ("size-lies.zip", ""),
    ("overlap.zip", ""),
    ("plain", "no file in it"),
    ("odd", "not followed"),
];

fn python(script: &str, folder: &Path) {
    let done = Command::new("python3")
        .args(["-W", "ignore", "-c", script])
        .arg(folder)
        .output()
        .expect("python3 is there");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// All that is below a folder, by its path there.
fn below(folder: &Path) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(here) = waiting.pop() {
        for entry in fs::read_dir(&here).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(folder).expect("it is below").to_string_lossy().into_owned();
            let facts = path.symlink_metadata().expect("it is there");
            if facts.is_dir() {
                waiting.push(path);
            } else if facts.is_symlink() {
                all.insert(name, format!("-> {}", fs::read_link(&path).expect("a link").display()));
            } else {
                let executable = if facts.permissions().mode() & 0o100 != 0 { "*" } else { "" };
                all.insert(name, format!("{}{executable}", fs::read_to_string(&path).expect("a text")));
            }
        }
    }
    all
}

#[test]
fn what_is_refused_is_refused_for_its_reason_and_leaves_nothing_outside() {
    let world = tempfile::tempdir().expect("a folder");
    let (class, desk) = (world.path().join("class"), world.path().join("desk"));
    fs::create_dir_all(&class).expect("a folder");
    fs::create_dir_all(&desk).expect("a folder");
    python(MAKE, &class);
    fs::create_dir(class.join("plain")).expect("a folder");
    std::os::unix::fs::symlink("/etc/passwd", class.join("odd")).expect("a link");
    let paths = fs::read_dir(&class).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut seen = 0;
    for path in paths {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let (_, why) =
            REFUSED.iter().find(|(other, _)| *other == name).unwrap_or_else(|| panic!("{name} is in no row"));
        // Each alone in a class: some have the same name but for their endings.
        let alone = world.path().join("alone");
        fs::create_dir(&alone).expect("a folder");
        fs::rename(&path, alone.join(&name)).expect("it can be moved");
        let works = submissions(&[alone.clone().into_os_string()], Folders::ByCount, &[]).expect("a class");
        match prepare(&works[0], CAPS, &desk) {
            Err(Trouble::Refused(told)) => assert!(told.contains(why), "{name}: {told}"),
            other => panic!("{name}: {other:?}"),
        }
        assert!(below(&desk).is_empty(), "{name} left {:?}", below(&desk));
        fs::remove_dir_all(&alone).expect("it is ours");
        seen += 1;
    }
    assert_eq!(seen, REFUSED.len());
    assert!(!Path::new("/tmp/proctor-evil").exists() && !world.path().join("evil").exists());
    assert_eq!(below(world.path()), BTreeMap::new());
}

const GOOD: &str = r#"
import io, os, sys, tarfile, zipfile
folder = sys.argv[1]
with tarfile.open(os.path.join(folder, "a.tar.gz"), "w:gz", format=tarfile.GNU_FORMAT) as archive:
    def add(name, text=b"", kind=tarfile.REGTYPE, link="", mode=0o644):
        info = tarfile.TarInfo(name)
        info.type, info.linkname, info.mode, info.size = kind, link, mode, len(text)
        archive.addfile(info, io.BytesIO(text))
    add("./top", kind=tarfile.DIRTYPE, mode=0o755)
    add("./top/run.sh", b"run", mode=0o6755)
    add("./top/" + "long/" * 30 + "n" * 120, b"deep")
    add("./top/A", b"large")
    add("./top/a", b"small")
    add("./top/hard", kind=tarfile.LNKTYPE, link="./top/run.sh")
    add("./top/soft", kind=tarfile.SYMTYPE, link="./run.sh")
    add("./top/d/soft", kind=tarfile.SYMTYPE, link="../A")
with zipfile.ZipFile(os.path.join(folder, "b.zip"), "w", zipfile.ZIP_DEFLATED) as archive:
    info = zipfile.ZipInfo("proj/run.sh")
    info.external_attr = 0o100755 << 16
    archive.writestr(info, "run")
    archive.writestr("proj/sub/x.txt", "text")
    archive.writestr("__MACOSX/proj/._run.sh", "junk")
with zipfile.ZipFile(os.path.join(folder, "c.zip"), "w") as archive:
    archive.writestr("one.txt", "1")
    archive.writestr("d/two.txt", "2")
"#;

#[test]
fn what_is_good_comes_out_as_it_is() {
    let world = tempfile::tempdir().expect("a folder");
    let (class, desk) = (world.path().join("class"), world.path().join("desk"));
    fs::create_dir_all(&class).expect("a folder");
    fs::create_dir_all(&desk).expect("a folder");
    python(GOOD, &class);
    let works = submissions(&[class.into_os_string()], Folders::ByCount, &[]).expect("a class");
    let of = |name: &str| works.iter().find(|work| work.name == name).expect("it is one of them");
    let found = |name: &str| {
        let work = prepare(of(name), Caps::default(), &desk).expect("it is good");
        assert_eq!(work.file, None);
        below(&work.folder)
    };
    let map = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<BTreeMap<_, _>>()
    };
    let long = format!("{}{}", "long/".repeat(30), "n".repeat(120));
    let a = [
        ("run.sh", "run*"),
        (&long, "deep"),
        ("A", "large"),
        ("a", "small"),
        ("hard", "run*"),
        ("soft", "-> ./run.sh"),
        ("d/soft", "-> ../A"),
    ];
    assert_eq!(found("a"), map(&a));
    assert_eq!(found("b"), map(&[("run.sh", "run*"), ("sub/x.txt", "text")]));
    assert_eq!(found("c"), map(&[("one.txt", "1"), ("d/two.txt", "2")]));
    assert!(below(&desk).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_the_names_are_all_stays_inside(entries in proptest::collection::vec(
        ("(\\.\\./|\\./|/|a/|b/|//){0,4}(a|b|\\.\\.|\\.|)", 0u8..3, "(\\.\\./|/|a/|b/|\\./){0,4}(a|b|\\.\\.|)"), 1..6)) {
        let world = tempfile::tempdir().expect("a folder");
        let desk = world.path().join("desk");
        fs::create_dir(&desk).expect("a folder");
        let path = world.path().join("w.tar");
        let mut builder = tar::Builder::new(fs::File::create(&path).expect("a file"));
        for (name, kind, target) in &entries {
            let mut header = tar::Header::new_gnu();
            // As bytes: the crate refuses what is wrong, and that is for us to do.
            let bytes = name.as_bytes();
            header.as_old_mut().name[..bytes.len()].copy_from_slice(bytes);
            header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
            header.set_entry_type([tar::EntryType::Regular, tar::EntryType::Symlink, tar::EntryType::Link][usize::from(*kind)]);
            header.set_mode(0o644);
            header.set_size(u64::from(*kind == 0));
            header.set_cksum();
            builder.append(&header, if *kind == 0 { &b"x"[..] } else { &b""[..] }).expect("it can be written");
        }
        builder.finish().expect("it can be written");
        drop(builder);
        let work = Submission { name: "w".to_owned(), path, kind: Kind::Archive(proctor::suite::grade::Packing::Tar) };
        match prepare(&work, CAPS, &desk) {
            Ok(work) => {
                let root = work.folder.canonicalize().expect("it is there");
                let mut waiting = vec![root.clone()];
                while let Some(here) = waiting.pop() {
                    for entry in fs::read_dir(&here).expect("a folder") {
                        let path = entry.expect("an entry").path();
                        let facts = path.symlink_metadata().expect("it is there");
                        if facts.is_dir() {
                            waiting.push(path);
                        } else if let Ok(real) = path.canonicalize() {
                            prop_assert!(real.starts_with(&root), "{path:?} leads to {real:?}");
                        }
                    }
                }
            }
            Err(Trouble::Refused(_)) => {}
            Err(Trouble::Failed(why)) => prop_assert!(false, "it is ours to blame: {why}"),
        }
        prop_assert!(below(&desk).is_empty());
        let left: Vec<_> = fs::read_dir(world.path()).expect("a folder").map(|entry| entry.expect("one").file_name()).collect();
        prop_assert_eq!(left.len(), 2, "{:?}", left);
    }
}
