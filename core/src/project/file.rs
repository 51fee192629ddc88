//! Projects on disk. A save is atomic: whoever reads the file finds the old project or the new one,
//! whole, even after a crash in the middle.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::Project;
use super::format::{self, FormatError, MAX_BYTES};

/// How many symbolic links are followed before they are taken for a ring.
const MAX_SYMLINKS: usize = 40;

/// Why a project could not be opened. The file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("{}: cannot be read: {source}; check the path and its permissions", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is a folder, a device or the like.
    #[error("{}: is not a file; name a project, such as hello.ron", path.display())]
    NoFile {
        /// What it is.
        path: PathBuf,
    },
    /// It is larger than a project may be.
    #[error(
        "{}: line 1, column 1: the file is larger than {limit} bytes, the limit for a project",
        path.display()
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit in bytes.
        limit: usize,
    },
    /// It is not text.
    #[error(
        "{}: line {line}, column {column}: not a text in UTF-8 (byte {offset}); a project is a RON \
         file",
        path.display()
    )]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The offset of the first byte that is no text, from 0.
        offset: usize,
        /// Its line, from 1.
        line: usize,
        /// Its column, from 1.
        column: usize,
    },
    /// It is text, but no project.
    #[error("{}: {source}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        source: FormatError,
    },
}

impl LoadError {
    /// Line and column of the place in the file, from 1; none where the file was not read.
    pub fn place(&self) -> Option<(usize, usize)> {
        match self {
            Self::Read { .. } | Self::NoFile { .. } => None,
            Self::TooLarge { .. } => Some((1, 1)),
            Self::NotUtf8 { line, column, .. } => Some((*line, *column)),
            Self::Format { source, .. } => Some(source.place()),
        }
    }
}

/// Why a project could not be saved. What was in the file is still there.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The file's folder cannot be found.
    #[error("{}: the folder cannot be found: {source}; choose another place", path.display())]
    Folder {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is something else than a file.
    #[error("{}: is not a file; choose another name", path.display())]
    NoFile {
        /// What it is.
        path: PathBuf,
    },
    /// The new project cannot be written beside the old one, or cannot take its place.
    #[error(
        "{}: cannot be saved: {source}; the file is as it was, so make room or choose another place",
        path.display()
    )]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Opens a project.
///
/// # Errors
/// A [`LoadError`] that names the file and, where it has been read, the place in it.
pub fn load(path: impl AsRef<Path>) -> Result<Project, LoadError> {
    let path = path.as_ref();
    let text = read_text(path)?;
    format::parse(&text).map_err(|source| LoadError::Format { path: path.to_owned(), source })
}

fn read_text(path: &Path) -> Result<String, LoadError> {
    let unread = |source| LoadError::Read { path: path.to_owned(), source };
    // Looked at before it is opened: opening a pipe would wait for its writer.
    let metadata = fs::metadata(path).map_err(unread)?;
    if !metadata.is_file() {
        return Err(LoadError::NoFile { path: path.to_owned() });
    }
    let expected = usize::try_from(metadata.len()).unwrap_or(usize::MAX).min(MAX_BYTES);
    let mut bytes = Vec::with_capacity(expected + 1);
    let file = File::open(path).map_err(unread)?;
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unread)?;
    if bytes.len() > MAX_BYTES {
        return Err(LoadError::TooLarge { path: path.to_owned(), limit: MAX_BYTES });
    }
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let (line, column) = format::place(error.as_bytes(), offset);
        LoadError::NotUtf8 { path: path.to_owned(), offset, line, column }
    })
}

/// Saves a project: written to a file beside the old one, flushed to the disk, then renamed over
/// it. Permissions of an existing file stay; a symbolic link stays one, and what it points to is
/// replaced.
///
/// # Errors
/// A [`SaveError`]; the file then holds what it held before, and nothing is left beside it.
pub fn save(path: impl AsRef<Path>, project: &Project) -> Result<(), SaveError> {
    let path = path.as_ref();
    let failed = |source| SaveError::Write { path: path.to_owned(), source };
    let target = follow_symlinks(path).map_err(failed)?;
    let folder = match target.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => return Err(SaveError::NoFile { path: path.to_owned() }),
    };
    if let Err(source) = fs::metadata(folder) {
        return Err(SaveError::Folder { path: path.to_owned(), source });
    }
    let existing = match fs::metadata(&target) {
        Ok(metadata) if metadata.is_file() => Some(metadata.permissions()),
        Ok(_) => return Err(SaveError::NoFile { path: path.to_owned() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed(error)),
    };
    replace(&target, folder, existing, format::write(project).as_bytes()).map_err(failed)
}

fn replace(
    target: &Path,
    folder: &Path,
    existing: Option<fs::Permissions>,
    bytes: &[u8],
) -> io::Result<()> {
    // Where one may not write the file, one may not replace it either.
    if existing.as_ref().is_some_and(fs::Permissions::readonly) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
    }
    let mut temporary = new_beside(folder)?;
    temporary.write_all(bytes)?;
    if let Some(permissions) = existing {
        temporary.as_file().set_permissions(permissions)?;
    }
    temporary.as_file().sync_all()?;
    temporary.persist(target).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// A new file in the folder, removed again unless it is persisted.
fn new_beside(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".eventloom-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As any new file: what the user's umask leaves of it. The crate's default is private.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// Flushes the rename itself to the disk.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        // Some network file systems cannot flush folders. The file itself is safe.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) =>
        {
            Ok(())
        }
        other => other,
    }
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Where a path leads in the end, be it there or not.
fn follow_symlinks(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_SYMLINKS {
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.file_type().is_symlink() => {
                let to = fs::read_link(&path)?;
                // A relative link counts from its own folder; joining an absolute one gives that.
                path = path.parent().unwrap_or(Path::new("")).join(to);
            }
            _ => return Ok(path),
        }
    }
    Err(io::Error::other("the symbolic links lead in a ring"))
}

#[cfg(test)]
mod tests;
