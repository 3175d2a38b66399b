//! Writing a cpio archive of the form `newc`, which Linux unpacks as its first root file system.
//!
//! initramfs/buffer-format: a header of ASCII hex digits, the name with its final 0, the data; name and data each
//! filled up to a multiple of 4 bytes. The entry `TRAILER!!!` ends it.

use std::io::{self, Write};

/// File type bits; inode(7).
const DIRECTORY: u32 = 0o040_000;
const REGULAR: u32 = 0o100_000;
const LINK: u32 = 0o120_000;

/// An archive that is being written.
#[derive(Debug)]
pub(super) struct Archive<W: Write> {
    out: W,
    /// Inode numbers tell hard links; every entry has its own.
    entries: u32,
}

impl<W: Write> Archive<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, entries: 0 }
    }

    /// A directory, mode 0755. Those above it have to be there.
    pub(super) fn directory(&mut self, path: &str) -> io::Result<()> {
        self.entry(path, DIRECTORY | 0o755, &[])
    }

    /// A file, mode 0755, since most are programs.
    pub(super) fn file(&mut self, path: &str, content: &[u8]) -> io::Result<()> {
        self.entry(path, REGULAR | 0o755, content)
    }

    /// A symbolic link.
    pub(super) fn link(&mut self, path: &str, to: &str) -> io::Result<()> {
        self.entry(path, LINK | 0o777, to.as_bytes())
    }

    /// Ends the archive.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.entry("TRAILER!!!", 0, &[])?;
        self.out.flush()
    }

    fn entry(&mut self, path: &str, mode: u32, data: &[u8]) -> io::Result<()> {
        let name = path.trim_start_matches('/');
        let too_long = |_| io::Error::new(io::ErrorKind::FileTooLarge, format!("{path} is too long"));
        let size = u32::try_from(data.len()).map_err(too_long)?;
        let name_size = u32::try_from(name.len() + 1).map_err(too_long)?;
        self.entries += 1;
        // inode, mode, uid, gid, links, time, size, device (2), its own device (2), name's size, check sum
        let fields = [self.entries, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, name_size, 0];
        let header: String = fields.iter().map(|field| format!("{field:08x}")).collect();
        self.padded(format!("070701{header}{name}\0").as_bytes())?;
        self.padded(data)
    }

    /// Every piece begins at a multiple of 4, so each is filled up by its own length.
    fn padded(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.out.write_all(&[0; 3][..bytes.len().wrapping_neg() % 4])
    }
}

#[cfg(test)]
mod tests {
    use super::Archive;

    #[test]
    fn an_archive_has_headers_names_and_data_at_multiples_of_four() -> std::io::Result<()> {
        let mut bytes = Vec::new();
        let mut archive = Archive::new(&mut bytes);
        archive.directory("/a")?;
        archive.file("/a/file", b"12345")?;
        archive.link("/l", "a/file")?;
        archive.finish()?;
        assert_eq!(bytes.len() % 4, 0);
        let text = String::from_utf8_lossy(&bytes);
        let starts: Vec<_> = text.match_indices("070701").map(|(at, _)| at).collect();
        assert!(starts.len() == 4 && starts.iter().all(|at| at % 4 == 0), "{starts:?}");
        // Mode 040755, then a file of 5 bytes with a name of 7.
        assert!(text.starts_with("07070100000001000041ed") && text.contains("a/file\0"));
        assert!(text[starts[1]..].contains("12345\u{0}\u{0}\u{0}070701"));
        Ok(())
    }
}
