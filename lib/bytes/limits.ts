/*
 * How much a stranger's file may ask for. No real layer, wheel or image that was seen comes near any of these
 * (docs/limits.md); all that is read otherwise is read in time and memory that grow with its size.
 */

/** Header blocks, long names and PAX headers of one entry together, in bytes; a sparse map as well. */
export const EXTENSION_LIMIT = 1024 * 1024;
/** PAX records that hold for all entries of a layer. */
export const GLOBAL_RECORDS = 64;
/** Keys and values of those records together, in bytes: they are part of every entry. */
export const GLOBAL_BYTES = 4096;

/** A path, in bytes: PATH_MAX of Linux, with its NUL. */
export const PATH_LIMIT = 4096;
/** A component of a path, in bytes: NAME_MAX of Linux's file systems. */
export const NAME_LIMIT = 255;
/** The target of a symlink, in bytes: a page of Linux, without its NUL. */
export const TARGET_LIMIT = 4095;
/** A uid or gid: Linux has 32 bits for them. */
export const OWNER_LIMIT = 2 ** 32 - 1;
/** Symlinks that are followed in one path, as by Linux. */
export const LINK_LIMIT = 40;
/** Steps that the symlinks of the layers may cost: so many, and so many for each entry. */
export const LINK_STEPS = { base: 1_000_000, entry: 64 };

/** Bytes of holes that the sparse files of one layer may claim: they are written out as zeros. */
export const HOLE_LIMIT = 1024 * 1024 * 1024;

/** Members of a zip. */
export const MEMBER_LIMIT = 100_000;
/** The directory of a zip, in bytes. */
export const DIRECTORY_LIMIT = 32 * 1024 * 1024;
/** Programs that a wheel's entry points name. */
export const PROGRAM_LIMIT = 10_000;

/** A manifest, an index, a config or another JSON document, in bytes. */
export const JSON_LIMIT = 8 * 1024 * 1024;
/** A platform file, in bytes. */
export const PLATFORM_FILE_LIMIT = 64 * 1024;
/** Values in a JSON document: each takes far more memory than its bytes. */
export const JSON_VALUES = 250_000;
/** Lists and objects in each other in a JSON document. */
export const JSON_DEPTH = 1000;
/** JSON documents of one archive together, in bytes. */
export const DOCUMENTS_LIMIT = 12 * 1024 * 1024;
/** Manifests that one index lists. */
export const MANIFEST_LIMIT = 4096;
/** Indexes in each other. */
export const INDEX_DEPTH = 5;
/** Links that are followed from a name of an archive to its file. */
export const ARCHIVE_LINKS = 8;
/** A lock of Python projects, in bytes. */
export const LOCK_LIMIT = 16 * 1024 * 1024;
/** Values in a lock: each takes far more memory than its bytes. */
export const LOCK_VALUES = 500_000;
/** Items of one list of a lock, as its packages: what is known of each is kept. */
export const LOCK_ITEMS = 30_000;
/** Arrays and inline tables of a lock in each other. */
export const LOCK_DEPTH = 32;
/** A requirement with its hashes, and without them, in characters. */
export const REQUIREMENT_LIMIT = { line: 1024 * 1024, pin: 4096 };
/** Tags that the name of one wheel stands for: each of its parts may be several. */
export const TAG_LIMIT = 1000;
/** Passes through a uv.lock, of which each finds extras that change what the one before it found. */
export const WALK_LIMIT = 64;
/** A marker, in characters. */
export const MARKER_LIMIT = 64 * 1024;
/** Parentheses of a marker in each other. */
export const MARKER_DEPTH = 64;
/** A file that is shown line by line, in bytes. */
export const PATCH_LIMIT = 1024 * 1024;
/** Lines that may differ in it: to find them takes time that grows with their square. */
export const PATCH_EDITS = 2000;
/** A list of what is installed (Debian's, Alpine's), in bytes: it is read line by line. */
export const DATABASE_LIMIT = 64 * 1024 * 1024;
/** A line of such a list, in bytes. */
export const DATABASE_LINE = 64 * 1024;
/** What tells of one package (METADATA, package.json, direct_url.json), in bytes. */
export const PACKAGE_FILE_LIMIT = 4 * 1024 * 1024;
/** Packages of an image, and files that tell of them: past these a bill of materials would not be whole. */
export const PACKAGES_LIMIT = 100_000;
/** Text about a package in a bill of materials, in characters: its name or version; a licence; anything else. */
export const PACKAGE_TEXT = { name: 512, license: 32 * 1024, other: 1024 };
/** What a Go program tells of how it was built, in bytes, and the names of sections in one. */
export const GO_INFO_LIMIT = 1024 * 1024;
/** Sections of a program: those of more are not looked at. */
export const SECTION_LIMIT = 4096;
