// Package modelfile reads and writes the .epm format: one file that holds a
// graph and its weights, made to be mapped into memory and used in place.
//
// It knows bytes, tensors and the structure of graphs. It must not know what
// any operator means, how anything runs, or any other file format.
//
// # The format, version 1
//
// All integers are little-endian. Offsets count from the start of the file.
// A checksum is CRC-32C (Castagnoli polynomial, as in RFC 3720).
//
//	 0 +-----------------------------------------------+
//	   | header, 64 bytes                              |
//	64 +-----------------------------------------------+
//	   | section table, 32 bytes per section           |
//	   +-----------------------------------------------+
//	   | zeros up to the next multiple of 64           |
//	   +-----------------------------------------------+
//	   | META       name = value pairs                 |
//	   +-----------------------------------------------+
//	   | zeros up to the next multiple of 64           |
//	   +-----------------------------------------------+
//	   | GRAPH      nodes, values, attributes          |
//	   +-----------------------------------------------+
//	   | zeros                                         |
//	   +-----------------------------------------------+
//	   | CONSTANTS  one record per constant            |
//	   +-----------------------------------------------+
//	   | zeros                                         |
//	   +-----------------------------------------------+
//	   | DATA       the elements of large constants,   |
//	   |            each array on a multiple of 64     |
//	   +-----------------------------------------------+
//
// # Header
//
//	offset size
//	   0     8   magic: 89 45 50 4d 0d 0a 1a 0a ("\x89EPM\r\n\x1a\n")
//	   8     4   version: 1
//	  12     4   number of sections
//	  16     8   size of the file in bytes
//	  24     4   checksum of the section table
//	  28    32   zeros
//	  60     4   checksum of bytes 0..59
//
// # Section table
//
//	offset size
//	   0     4   kind: 1 META, 2 GRAPH, 3 CONSTANTS, 4 DATA
//	   4     2   flags: bit 0 may skip; the others are zero
//	   6     2   set: which set of weights CONSTANTS and DATA belong to; 0
//	   8     8   offset of the contents, a multiple of 64
//	  16     8   length of the contents in bytes
//	  24     4   checksum of the contents
//	  28     4   zeros
//
// Sections lie in the order of the table and do not overlap. The bytes between
// them mean nothing; they are written as zeros. A section of a kind and set
// that the reader does not know is ignored when it may be skipped (its
// checksum is then not looked at either), and otherwise the file is refused.
// No kind and set occurs twice. The four sections above, of set 0, are always
// present. What the format grows later comes as further kinds, and as further
// sets: another CONSTANTS and DATA for the same GRAPH.
//
// # Encoding inside META, GRAPH and CONSTANTS
//
//	uint      unsigned LEB128, at most ten bytes
//	int       a uint holding (n << 1) ^ (n >> 63), as in protocol buffers
//	byte      one byte
//	bytes     uint length, then that many bytes
//	list(x)   uint count, then that many x
//	str       uint index into the string list of GRAPH
//
// Nothing follows the last field of a section.
//
// # META
//
//	list( bytes name, bytes value )      names ascending, none twice
//
// # GRAPH
//
//	list(bytes)          the strings, in the order of their first use
//	graph                the model
//
//	graph:
//	  str                name
//	  list(value)        every value, in the order of first use: inputs, then
//	                     each node's inputs and outputs, then outputs
//	  uint               how many of them, from the first, are the inputs
//	  list(node)
//	  list(ref)          outputs; no ref is 0
//	  list(str)          names of the outputs, as many as outputs
//	  list(str, str)     metadata; empty for the model, whose metadata is META
//
//	value:
//	  str                name
//	  byte               element type as below, 0 when not known
//	  byte               bits 0-1 kind (0 tensor, 1 sequence, 2 optional),
//	                     bit 2 rank is known, bit 3 constant; others zero
//	  list(uint, str)    when the rank is known: dimensions; size + 1, or 0 when
//	                     not known, and the name of a symbolic dimension
//	  uint               when constant: index into CONSTANTS
//
//	ref: uint            0 for an omitted value, else 1 + index of the value
//
//	node:
//	  str str str        operator, domain, name
//	  int                opset version of the domain
//	  list(ref)          inputs
//	  list(ref)          outputs
//	  list(attribute)    names ascending, none twice
//
//	attribute:
//	  str                name
//	  byte               kind, then
//	    1 int64            int
//	    2 float32          4 bytes
//	    3 string           str
//	    4 tensor           uint index into CONSTANTS
//	    5 subgraph         uint captures, uint capture-at, graph
//	    6 []int64          list(int)
//	    7 []float32        list(4 bytes)
//	    8 []string         list(str)
//
// Subgraphs are nested at most 64 deep. Node names are unique within a graph.
//
// # CONSTANTS
//
//	list(constant), in the order of first use by GRAPH
//
//	constant:
//	  byte               element type of the tensor
//	  byte               form
//	  list(uint)         shape, outermost dimension first
//	  then, by form:
//	    1 inline           the elements themselves
//	    2 dense            uint offset
//	    3 csr              uint offset, uint nonzeros
//	    4 strings          bytes, once per element
//	    5 dense, binary16  uint offset
//	    6 csr, binary16    uint offset, uint nonzeros
//
// An offset counts from the start of DATA and is a multiple of 64. Elements
// are in row-major order without gaps. Types narrower than a byte take a byte.
// The arrays of consecutive constants follow each other in DATA and do not
// overlap. Inline is for constants of at most 64 bytes.
//
// The forms csr hold a matrix (tensor.CSR) whose rows are the first dimension
// and whose columns are the others taken together, of type f32 or f16:
//
//	offset              rows + 1 row pointers, u32; the first is 0
//	next multiple of 64 column of each nonzero, ascending within a row:
//	                    u16 when there are at most 65536 columns, else u32
//	next multiple of 64 value of each nonzero
//
// A csr constant is at most 65536 times larger in dense form than its three
// arrays are. The forms binary16 are for tensors of type f32: their values are
// stored rounded to binary16, to nearest, ties to even, and are widened when
// the file is read. All other forms keep every bit, except that csr drops the
// sign of zeros.
//
// # Element types
//
//	1 f32   2 f64   3 f16   4 bf16  5 s8    6 s16   7 s32   8 s64
//	9 u8   10 u16  11 u32  12 u64  13 bool 14 string
//	15 s4  16 u4   17 s2   18 u2   19 f8e4m3fn  20 f8e4m3fnuz
//	21 f8e5m2  22 f8e5m2fnuz  23 f8e8m0  24 f4e2m1
//
// # Trust
//
// Reading refuses a file that breaks any of this with an error that names the
// section and the reason, and allocates no more than a small multiple of the
// file's size. Checksums find damage, not malice: whoever can write the file
// can write matching checksums, and the result is then another valid graph.
package modelfile
