//! Archives that students hand in, and worse: whatever is in them, nothing is written outside the folder that is meant for it.

use proctor::suite::grade::{Caps, Folders, Kind, Packing, Submission, Trouble, prepare, submissions};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
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
tar("hard-nowhere.tar.gz", one("x"), one("n", kind=H, link="l"))
tar("hard-around.tar.gz", one("x"), one("a", kind=H, link="b"), one("b", kind=H, link="a"))
tar("hard-through.tar.gz", one("x"), one("d", kind=L, link="e"), one("e/passwd"), one("h", kind=H, link="d/passwd"))
tar("hard-to-link-out.tar.gz", one("x"), one("d/l", kind=L, link="../x"), one("h", kind=H, link="d/l"))
tar("link-around.tar.gz", one("x"), one("a", kind=L, link="b"), one("b", kind=L, link="a"))
tar("link-late.tar.gz", one("x"), one("d/passwd"), one("d", kind=L, link="/etc"))
tar("link-words.tar.gz", one("x"), one("s/d", kind=L, link="."), one("a", kind=L, link="s/d/../.."))
tar("link-later.tar.gz", one("x"), one("a", kind=L, link="s/../../.."), one("s", kind=L, link="d/e"), one("d/e/x"), one("q/b", kind=L, link="../a"))
tar("link-top.tar.gz", one("top/x"), one("top/a", kind=L, link="../top/x"))
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
zipped("link-through.zip", ("l", "/tmp", 0o120777), ("l/evil", "x", F))
zipped("link-around.zip", ("x", "x", F), ("l", "l", 0o120777))
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
const REFUSED: [(&str, &str); 50] = [
    ("up.tar.gz", "leads out of it"),
    ("absolute.tgz", "absolute path"),
    ("deep-up.tar.gz", "leads out of it"),
    ("link-out.tar.gz", "leads out of it"),
    ("link-absolute.tar.gz", "leads out of it"),
    ("link-through.tar.gz", "is a folder in it, and is none"),
    ("link-chain.tar.gz", "leads out of it"),
    ("hard-out.tar.gz", "leads out of it"),
    ("hard-absolute.tar.gz", "absolute path"),
    ("hard-nowhere.tar.gz", "which is no file in it"),
    ("hard-around.tar.gz", "which is no file in it"),
    ("hard-through.tar.gz", "which is no file in it"),
    ("hard-to-link-out.tar.gz", "leads out of it"),
    ("link-around.tar.gz", "in circles"),
    ("link-late.tar.gz", "stands twice"),
    ("link-words.tar.gz", "leads out of it"),
    ("link-later.tar.gz", "leads out of it"),
    ("link-top.tar.gz", "leads out of it"),
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
    ("link-through.zip", "is a folder in it, and is none"),
    ("link-around.zip", "in circles"),
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
        let works = submissions(&[alone.clone().into_os_string()], Folders::ByCount, &[], &[])
            .expect("a class")
            .works;
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
    add("./top/before", kind=tarfile.LNKTYPE, link="./top/run.sh")
    add("./top/run.sh", b"run", mode=0o6755)
    add("./top/" + "long/" * 30 + "n" * 120, b"deep")
    add("./top/A", b"large")
    add("./top/a", b"small")
    add("./top/hard", kind=tarfile.LNKTYPE, link="./top/run.sh")
    add("./top/soft", kind=tarfile.SYMTYPE, link="./run.sh")
    add("./top/d/soft", kind=tarfile.SYMTYPE, link="../A")
    add("./top/d/around", kind=tarfile.SYMTYPE, link="../d/../run.sh")
    add("./top/d/same", kind=tarfile.LNKTYPE, link="./top/soft")
    add("./top/chain", kind=tarfile.SYMTYPE, link="folder/soft")
    add("./top/folder", kind=tarfile.SYMTYPE, link="d")
    add("./top/.#lock", kind=tarfile.SYMTYPE, link="user@host.123")
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
    let works = submissions(&[class.into_os_string()], Folders::ByCount, &[], &[]).expect("a class").works;
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
        ("before", "run*"),
        ("d/around", "-> ../d/../run.sh"),
        ("d/same", "-> ./run.sh"),
        ("chain", "-> folder/soft"),
        ("folder", "-> d"),
        (".#lock", "-> user@host.123"),
    ];
    assert_eq!(found("a"), map(&a));
    assert_eq!(found("b"), map(&[("run.sh", "run*"), ("sub/x.txt", "text")]));
    assert_eq!(found("c"), map(&[("one.txt", "1"), ("d/two.txt", "2")]));
    assert!(below(&desk).is_empty());
}

/// One entry of an archive of chance: its name, what it is, and where a link leads.
type Entry = (String, u8, String);

fn tar_of(entries: &[Entry], path: &Path) {
    let mut builder = tar::Builder::new(fs::File::create(path).expect("a file"));
    for (name, kind, target) in entries {
        let mut header = tar::Header::new_gnu();
        // As bytes: the crate refuses what is wrong, and that is for us to do.
        let bytes = name.as_bytes();
        header.as_old_mut().name[..bytes.len()].copy_from_slice(bytes);
        header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
        let kinds = [tar::EntryType::Regular, tar::EntryType::Symlink, tar::EntryType::Link];
        header.set_entry_type(kinds[usize::from(*kind)]);
        header.set_mode(0o644);
        header.set_size(u64::from(*kind == 0));
        header.set_cksum();
        builder.append(&header, if *kind == 0 { &b"x"[..] } else { &b""[..] }).expect("it can be written");
    }
    builder.finish().expect("it can be written");
}

/// The same as a zip archive, which knows no hard links.
fn zip_of(entries: &[Entry], path: &Path) {
    let mut writer = zip::ZipWriter::new(fs::File::create(path).expect("a file"));
    let options = zip::write::SimpleFileOptions::default();
    for (name, kind, target) in entries {
        // Two of one name cannot be written.
        if *kind == 1 {
            let _ = writer.add_symlink(name.as_str(), target.as_str(), options);
        } else if writer.start_file(name.as_str(), options).is_ok() {
            writer.write_all(b"x").expect("it can be written");
        }
    }
    writer.finish().expect("it can be written");
}

/// Where the kernel comes to from a folder by a path, if it may never leave it: openat2(2) with RESOLVE_BENEATH.
fn beneath(folder: &Path, path: &Path) -> Result<(), rustix::io::Errno> {
    use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};
    let folder = fs::File::open(folder).expect("it is there");
    openat2(folder, path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty(), ResolveFlags::BENEATH).map(drop)
}

/// Unpacks it, and sees that nothing of it leads out of the folder, and that nothing was written elsewhere. Gives whether it was taken.
fn stays_inside(packing: Packing, write: impl FnOnce(&Path)) -> Result<bool, TestCaseError> {
    let world = tempfile::tempdir().expect("a folder");
    let desk = world.path().join("desk");
    fs::create_dir(&desk).expect("a folder");
    fs::write(world.path().join("b"), "secret").expect("a file");
    let path = world.path().join("w");
    write(&path);
    let work = Submission { name: "w".to_owned(), path, kind: Kind::Archive(packing) };
    let taken = prepare(&work, CAPS, &desk);
    if let Ok(work) = &taken {
        let mut waiting = vec![work.folder.clone()];
        while let Some(here) = waiting.pop() {
            for entry in fs::read_dir(&here).expect("a folder") {
                let path = entry.expect("an entry").path();
                let facts = path.symlink_metadata().expect("it is there");
                prop_assert!(facts.is_dir() || facts.nlink() == 1, "{path:?} is somebody else's too");
                if facts.is_dir() {
                    waiting.push(path);
                    continue;
                }
                let below = path.strip_prefix(&work.folder).expect("it is below");
                let led = beneath(&work.folder, below);
                let nowhere = [rustix::io::Errno::NOENT, rustix::io::Errno::NOTDIR];
                prop_assert!(
                    led.is_ok() || led.is_err_and(|errno| nowhere.contains(&errno)),
                    "{below:?}: {led:?}"
                );
            }
        }
    }
    let good = taken.is_ok();
    match taken {
        Err(Trouble::Failed(why)) => prop_assert!(false, "it is ours to blame: {why}"),
        other => drop(other),
    }
    prop_assert!(below(&desk).is_empty());
    let mut left: Vec<_> =
        fs::read_dir(world.path()).expect("a folder").map(|entry| entry.expect("one").file_name()).collect();
    left.sort();
    prop_assert_eq!(left, ["b", "desk", "w"]);
    Ok(good)
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let wild = (
        "(\\.\\./|\\./|/|a/|b/|//){0,4}(a|b|\\.\\.|\\.|)",
        0u8..3,
        "(\\.\\./|/|a/|b/|\\./){0,4}(a|b|\\.\\.|)",
    );
    // Mostly good: links among folders, up and down.
    let tame = ("(a/|b/|c/){0,2}(d|e|f|a|b)", 0u8..3, "(\\.\\./){0,2}(a/|b/|d/|\\.\\./){0,3}(d|e|f|c)");
    prop_oneof![proptest::collection::vec(wild, 1..6), proptest::collection::vec(tame, 2..8)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn whatever_is_in_it_all_stays_inside(entries in entries()) {
        stays_inside(Packing::Tar, |path| tar_of(&entries, path))?;
        stays_inside(Packing::Zip, |path| zip_of(&entries, path))?;
    }
}

/// The property sees what it has to: some of the archives are taken, with links in them, and a link out is seen by the kernel too.
#[test]
fn control_the_kernel_sees_a_link_out() {
    let world = tempfile::tempdir().expect("a folder");
    fs::create_dir(world.path().join("d")).expect("a folder");
    for (link, target, out) in [("a", "d/../..", true), ("b", "d/../d", false), ("c", "/etc", true)] {
        std::os::unix::fs::symlink(target, world.path().join(link)).expect("a link");
        let led = beneath(world.path(), Path::new(link));
        assert_eq!(led == Err(rustix::io::Errno::XDEV), out, "{link}: {led:?}");
    }
    let good = vec![
        ("d/e".to_owned(), 0, String::new()),
        ("a".to_owned(), 1, "d/../b".to_owned()),
        ("b".to_owned(), 2, "d/e".to_owned()),
    ];
    assert!(stays_inside(Packing::Tar, |path| tar_of(&good, path)).expect("it stays inside"));
    assert!(stays_inside(Packing::Zip, |path| zip_of(&good, path)).expect("it stays inside"));
}
