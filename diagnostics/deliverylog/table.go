package deliverylog

import (
	"archive/zip"
	"encoding/binary"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
	"github.com/xuri/excelize/v2"
)

// Bounds of a workbook's unpacked parts; larger sheets go through temporary files.
const (
	maxSheetMemory = 16 << 20
	maxWorkbook    = 2 << 30 // shared texts and one sheet, which lie on the disk meanwhile
)

func isWorkbook(z *zip.Reader) bool {
	for _, f := range z.File {
		if f.Name == "xl/workbook.xml" {
			return true
		}
	}
	return false
}

// piped runs write in the background and gives what it writes.
func piped(u *unpacked, write func(w *csv.Writer) error) io.Reader {
	r, w := io.Pipe()
	finished := make(chan struct{})
	u.close = append(u.close, func() {
		r.Close()
		<-finished
	})
	go func() {
		defer close(finished)
		c := csv.NewWriter(w)
		err := write(c)
		c.Flush()
		w.CloseWithError(err)
	}()
	return r
}

// workbook gives the first sheet that fits a known format as CSV, else the first
// sheet with anything in it. Cells come as they are stored, without the sheet's
// number formats: a phone number stays a number, a date a day number.
func workbook(u *unpacked, at io.ReaderAt, size int64) io.Reader {
	return piped(u, func(w *csv.Writer) (err error) {
		defer func() { // a damaged workbook must not end the program, whatever the library makes of it
			if recover() != nil {
				err = errArchive{"is a workbook that cannot be read", "save it as CSV"}
			}
		}()
		f, err := excelize.OpenReader(io.NewSectionReader(at, 0, size),
			excelize.Options{RawCellValue: true, UnzipSizeLimit: maxWorkbook, UnzipXMLSizeLimit: maxSheetMemory})
		if err != nil {
			return errArchive{"is a workbook that cannot be read", "save it as CSV"}
		}
		defer f.Close()
		sheet := pickSheet(f, u.o.logins)
		if sheet == "" {
			return nil
		}
		rows, err := f.Rows(sheet)
		if err != nil {
			return errArchive{"is a workbook that cannot be read", "save it as CSV"}
		}
		defer rows.Close()
		width := 0
		for n := 0; rows.Next(); n++ {
			cells, err := rows.Columns()
			if err != nil {
				return errArchive{"is a workbook with a damaged sheet", "save it as CSV"}
			}
			// Sheets do not store empty cells at the end of a row, nor empty rows: one
			// cell in a far corner stands for a million of them.
			if n < headerSearch {
				width = max(width, min(len(cells), u.o.maxColumns()))
			}
			for len(cells) > 0 && len(cells) < width {
				cells = append(cells, "")
			}
			for i, c := range cells {
				cells[i] = wholeNumber(c)
			}
			if err := w.Write(cells); err != nil {
				return err
			}
		}
		if err := rows.Error(); err != nil {
			return err
		}
		return wholeSheets(f, at, size)
	})
}

// wholeSheets says whether the sheets of a workbook are well-formed to their end:
// the library takes a mistake within one for its end, and the rows behind it
// would be missing without a word.
func wholeSheets(f *excelize.File, at io.ReaderAt, size int64) error {
	z, err := zip.NewReader(at, size)
	if err != nil {
		return errArchive{"is a workbook that cannot be read", "save it as CSV"}
	}
	for _, part := range z.File {
		if !strings.HasPrefix(part.Name, "xl/worksheets/") || !strings.HasSuffix(part.Name, ".xml") {
			continue
		}
		r, err := part.Open()
		if err != nil {
			return errArchive{"is a workbook with a damaged sheet", "save it as CSV"}
		}
		d := xml.NewDecoder(r)
		d.CharsetReader = f.CharsetReader
		for err == nil {
			_, err = d.Token()
		}
		r.Close()
		if err != io.EOF {
			return errArchive{"is a workbook with a damaged sheet, rows may be missing", "save it as CSV"}
		}
	}
	return nil
}

// pickSheet takes the first sheet one of whose first rows is the header of a known format.
func pickSheet(f *excelize.File, logins bool) string {
	first := ""
	for _, sheet := range f.GetSheetList() {
		rows, err := f.Rows(sheet)
		if err != nil {
			continue
		}
		fits, filled := false, false
		for i := 0; i < headerSearch && rows.Next(); i++ {
			cells, err := rows.Columns()
			if err != nil {
				break
			}
			filled = filled || len(cells) > 0
			raw := make([][]byte, len(cells))
			for j := range cells {
				raw[j] = []byte(cells[j])
			}
			if bestFormat(newHeader(raw), &Options{logins: logins}) != nil {
				fits = true
				break
			}
		}
		rows.Close()
		if fits {
			return sheet
		}
		if filled && first == "" {
			first = sheet
		}
	}
	return first
}

// wholeNumber writes 4.47700900123E+11, which workbooks store for long numbers, in full.
func wholeNumber(s string) string {
	if !strings.ContainsAny(s, "eE") || len(s) > 32 {
		return s
	}
	if v, err := strconv.ParseFloat(s, 64); err == nil && v >= 1e6 && v < 1e16 && v == float64(int64(v)) {
		return strconv.FormatInt(int64(v), 10)
	}
	return s
}

// parquetTable gives the rows of a Parquet file as CSV. Nested columns are named
// with points between, of lists the first element counts.
func parquetTable(u *unpacked, at io.ReaderAt, size int64) (_ io.Reader, err error) {
	defer func() { // the library panics at some damaged files
		if recover() != nil {
			err = errArchive{reason: "is a Parquet file that cannot be read"}
		}
	}()
	if !footerFits(at, size) { // the library would make room for whatever it is told
		return nil, errArchive{reason: "is a Parquet file that is damaged or cut off"}
	}
	f, err := parquet.OpenFile(at, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, errArchive{reason: "is a Parquet file that is damaged or cut off"}
	}
	columns := f.Schema().Columns()
	kinds := make([]func(parquet.Value) string, len(columns))
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = strings.Join(c, ".")
		leaf, _ := f.Schema().Lookup(c...)
		kinds[i] = parquetText(leaf.Node)
	}
	if most := u.o.maxColumns(); len(names) > most {
		return nil, errArchive{fmt.Sprintf("is a Parquet file with more than %d columns", most), "--max-columns raises the limit"}
	}
	return piped(u, func(w *csv.Writer) (err error) {
		defer func() {
			if recover() != nil {
				err = errArchive{reason: "is a Parquet file that cannot be read to its end"}
			}
		}()
		if err := w.Write(names); err != nil {
			return err
		}
		cells := make([]string, len(names))
		batch := make([]parquet.Row, 128)
		for _, g := range f.RowGroups() {
			rows := g.Rows()
			for {
				n, err := rows.ReadRows(batch)
				for _, row := range batch[:n] {
					clear(cells)
					for _, v := range row {
						if i := v.Column(); !v.IsNull() && i >= 0 && i < len(cells) && cells[i] == "" {
							cells[i] = kinds[i](v)
						}
					}
					if err := w.Write(cells); err != nil {
						rows.Close()
						return err
					}
				}
				if err == io.EOF || n == 0 && err == nil {
					break
				}
				if err != nil {
					rows.Close()
					return errArchive{reason: "is a Parquet file that cannot be read to its end"}
				}
			}
			rows.Close()
		}
		return nil
	}), nil
}

// footerFits says whether the footer of a Parquet file can be as long as the
// file's last bytes say: a length of four bytes, and the mark PAR1 on either end.
func footerFits(at io.ReaderAt, size int64) bool {
	var end [8]byte
	if size < 12 {
		return false
	}
	if _, err := at.ReadAt(end[:], size-8); err != nil && err != io.EOF {
		return false
	}
	return string(end[4:]) == "PAR1" && int64(binary.LittleEndian.Uint32(end[:])) <= size-12
}

// parquetText writes values of a column as text; times as RFC 3339.
func parquetText(n parquet.Node) func(parquet.Value) string {
	if n != nil && n.Type() != nil {
		if lt := n.Type().LogicalType(); lt != nil {
			if ts, ok := lt.Value.(*format.TimestampType); ok && ts.Unit.Value != nil {
				unit := ts.Unit.Value.Duration()
				return func(v parquet.Value) string {
					return time.Unix(0, 0).UTC().Add(time.Duration(v.Int64()) * unit).Format(time.RFC3339Nano)
				}
			}
		}
	}
	return func(v parquet.Value) string {
		switch v.Kind() {
		case parquet.ByteArray, parquet.FixedLenByteArray:
			return string(v.ByteArray())
		case parquet.Double:
			return strconv.FormatFloat(v.Double(), 'f', -1, 64)
		case parquet.Float:
			return strconv.FormatFloat(float64(v.Float()), 'f', -1, 32)
		}
		return v.String()
	}
}
