// Sumdb-check verifies a published log with code that Modelward did not write: golang.org/x/mod/sumdb, which the go command
// itself trusts. It shows inclusion of entries, consistency with a checkpoint kept elsewhere, cosignatures and proof files.
//
//	sumdb-check -key FILE [-old CHECKPOINT] [-witness FILE] [-proof FILE] LOGFOLDER
package main

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8
const tileWidth = 1 << tileHeight

var (
	keyFile     = flag.String("key", "", "the log's verifier key")
	oldFile     = flag.String("old", "", "a checkpoint of this log that was kept elsewhere")
	witnessFile = flag.String("witness", "", "a witness's key: its cosignature must be on the checkpoint")
	proofFile   = flag.String("proof", "", "a tlog-proof file of an entry of this log")
)

func main() {
	flag.Parse()
	if err := check(flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "REFUSED:", err)
		os.Exit(1)
	}
}

func check(folder string) error {
	key, err := os.ReadFile(*keyFile)
	if err != nil {
		return err
	}
	log, err := note.NewVerifier(strings.TrimSpace(string(key)))
	if err != nil {
		return err
	}
	tree, err := readCheckpoint(filepath.Join(folder, "checkpoint"), log)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	records, err := readEntries(folder, tree.N)
	if err != nil {
		return err
	}
	hashes := tlog.TileHashReader(tree, tiles{folder})
	if err := checkRecords(tree, records, hashes); err != nil {
		return err
	}
	if *oldFile != "" {
		if err := checkGrowth(tree, log, hashes); err != nil {
			return fmt.Errorf("consistency: %w", err)
		}
	}
	if *proofFile != "" {
		if err := checkProof(log, records); err != nil {
			return fmt.Errorf("proof file: %w", err)
		}
	}
	fmt.Printf("verified %d entries, root %s\n", tree.N, tree.Hash)
	return nil
}

// readCheckpoint returns the tree that the log, and the witness if one is asked for, have signed.
func readCheckpoint(file string, log note.Verifier) (tlog.Tree, error) {
	message, err := os.ReadFile(file)
	if err != nil {
		return tlog.Tree{}, err
	}
	return openCheckpoint(message, log)
}

func openCheckpoint(message []byte, log note.Verifier) (tlog.Tree, error) {
	verifiers := []note.Verifier{log}
	if *witnessFile != "" {
		key, err := os.ReadFile(*witnessFile)
		if err != nil {
			return tlog.Tree{}, err
		}
		witness, err := fnote.NewVerifierForCosignatureV1(strings.TrimSpace(string(key)))
		if err != nil {
			return tlog.Tree{}, err
		}
		verifiers = append(verifiers, witness)
	}
	opened, err := note.Open(message, note.VerifierList(verifiers...))
	if err != nil {
		return tlog.Tree{}, err
	}
	if len(opened.Sigs) != len(verifiers) {
		return tlog.Tree{}, fmt.Errorf("%d of %d signatures are there", len(opened.Sigs), len(verifiers))
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != log.Name() {
		return tlog.Tree{}, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// readEntries returns the record hash of every entry, from the bundles.
func readEntries(folder string, size int64) ([]tlog.Hash, error) {
	var records []tlog.Hash
	for start := int64(0); start < size; start += tileWidth {
		width := min(tileWidth, size-start)
		tile := tlog.Tile{H: tileHeight, L: 0, N: start / tileWidth, W: int(width)}
		path := strings.Replace(tilePath(tile), "tile/0/", "tile/entries/", 1)
		bundle, err := os.ReadFile(filepath.Join(folder, path))
		if err != nil {
			return nil, err
		}
		for range width {
			if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
				return nil, fmt.Errorf("%s is cut", path)
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			records = append(records, tlog.RecordHash(bundle[2:end]))
			bundle = bundle[end:]
		}
		if len(bundle) > 0 {
			return nil, fmt.Errorf("%s goes on after its last entry", path)
		}
	}
	return records, nil
}

// checkRecords computes the root from the entries alone, and proves the first and the last entry of each bundle from the tiles.
func checkRecords(tree tlog.Tree, records []tlog.Hash, tileHashes tlog.HashReader) error {
	var stored []tlog.Hash
	memory := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = stored[index]
		}
		return found, nil
	})
	for i, record := range records {
		more, err := tlog.StoredHashesForRecordHash(int64(i), record, memory)
		if err != nil {
			return err
		}
		stored = append(stored, more...)
	}
	root, err := tlog.TreeHash(tree.N, memory)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return fmt.Errorf("the entries have the root %s, the checkpoint says %s", root, tree.Hash)
	}
	for i, record := range records {
		if i%tileWidth != 0 && i%tileWidth != tileWidth-1 && i != len(records)-1 {
			continue
		}
		proof, err := tlog.ProveRecord(tree.N, int64(i), tileHashes)
		if err != nil {
			return fmt.Errorf("entry %d: %w", i, err)
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, int64(i), record); err != nil {
			return fmt.Errorf("entry %d: %w", i, err)
		}
	}
	return nil
}

func checkGrowth(tree tlog.Tree, log note.Verifier, tileHashes tlog.HashReader) error {
	old, err := readCheckpoint(*oldFile, log)
	if err != nil {
		return err
	}
	if old.N == 0 || old.N > tree.N {
		return fmt.Errorf("from size %d to size %d nothing can be shown", old.N, tree.N)
	}
	proof, err := tlog.ProveTree(tree.N, old.N, tileHashes)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash)
}

// checkProof verifies a c2sp.org/tlog-proof@v1 file against the entry that the log has at its index.
func checkProof(log note.Verifier, records []tlog.Hash) error {
	file, err := os.ReadFile(*proofFile)
	if err != nil {
		return err
	}
	head, checkpoint, _ := strings.Cut(string(file), "\n\n")
	lines := strings.Split(head, "\n")
	if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not of its form")
	}
	index, err := strconv.Atoi(strings.TrimPrefix(lines[1], "index "))
	if err != nil || index >= len(records) {
		return errors.New("no such index")
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(hash) != tlog.HashSize {
			return errors.New("a line is not a hash")
		}
		proof = append(proof, tlog.Hash(hash))
	}
	tree, err := openCheckpoint([]byte(checkpoint), log)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, int64(index), records[index])
}

// tiles reads a log's hash tiles. The reader above authenticates what they hold.
type tiles struct{ folder string }

func (t tiles) Height() int { return tileHeight }

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(wanted))
	for i, tile := range wanted {
		bytes, err := os.ReadFile(filepath.Join(t.folder, tilePath(tile)))
		if err != nil {
			return nil, err
		}
		data[i] = bytes
	}
	return data, nil
}

// tilePath spells a tile's path as C2SP tlog-tiles does: the go command's own paths name the height as well.
func tilePath(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
}
