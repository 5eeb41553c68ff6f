package torture

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// nothing is a line that says nothing, long so that a bomb has few of them.
var nothing = strings.Repeat(" ", kib-1) + "\n"

const (
	kib = 1 << 10
	mib = 1 << 20
	gib = 1 << 30
)

// Inputs are the corpus, in the order of what is wrong with them.
func Inputs() []Input {
	var all []Input
	for _, list := range [][]Input{encodings(), shapes(), jsons(), torn(), packings(), times(), texts(), numbers(), large()} {
		all = append(all, list...)
	}
	return all
}

func encodings() []Input {
	body := header + rows(3)
	french := header + carried(0, "T\xe9l\xe9com")
	return []Input{
		{Name: "utf8-mark.csv", Make: text("\xef\xbb\xbf" + body), Messages: 3},
		{Name: "utf16-little.csv", Make: text(utf16Text(body, binary.LittleEndian, true)), Messages: 3},
		{Name: "utf16-big.csv", Make: text(utf16Text(body, binary.BigEndian, true)), Messages: 3},
		{Name: "utf16-no-mark.csv", Make: text(utf16Text(body, binary.LittleEndian, false)), Messages: 3},
		{Name: "utf16-odd-length.csv", Make: text(utf16Text(body, binary.LittleEndian, true) + "x"), Messages: 3, Rejected: 1},
		{Name: "utf16-lone-surrogates.csv", Make: text(utf16Text(header, binary.LittleEndian, true) + "m\x001\x00,\x00\x00\xd8\x00\xd8\n\x00" + utf16Text(rows(1), binary.LittleEndian, false)), Messages: 1, Rejected: 1},
		{Name: "latin1.csv", Make: text(french), Messages: 1},
		{Name: "not-utf8.csv", Make: text(header + carried(0, "\xff\xfe\xc0\xaf\xed\xa0\x80") + row(1)), Messages: 2, Text: true},
		{Name: "overlong-slash.csv", Make: text(header + carried(0, "..\xc0\xaf..\xe0\x80\xaf") + row(1)), Messages: 2},
		{Name: "nul-in-rows.csv", Make: text(header + carried(0, "O\x002") + row(1)), Messages: 2, Text: true},
		{Name: "two-marks.csv", Make: text("\xef\xbb\xbf\xef\xbb\xbf" + body), Messages: 3},
		{Name: "only-a-mark.csv", Make: text("\xef\xbb\xbf"), Outcome: Refused, Says: "is empty"},
		{Name: "cut-character.csv", Make: text(header + row(0) + "m-1,+447700900001,T\xc3"), Messages: 1, Rejected: 1},
		{Name: "mixed-line-ends.csv", Make: text(strings.TrimSpace(header) + "\r\n" + strings.TrimSpace(row(0)) + "\r" + row(1) + strings.TrimSpace(row(2)) + "\r\n\r\n\r"), Messages: 3},
		{Name: "old-mac.csv", Make: text(strings.ReplaceAll(body, "\n", "\r")), Messages: 3},
		{Name: "ctrl-z-at-end.csv", Make: text(body + "\x1a"), Messages: 3, Rejected: 1},
	}
}

func shapes() []Input {
	return []Input{
		{Name: "empty.csv", Make: text(""), Outcome: Refused, Says: "is empty"},
		{Name: "header-alone.csv", Make: text(header), Says: "no message in it"},
		{Name: "line-ends-alone.csv", Make: repeat("", "\n", 64*kib, ""), Outcome: Refused, Says: "is empty"},
		{Name: "two-headers.csv", Make: text(header + row(0) + header + row(1)), Messages: 2},
		{Name: "columns-twice.csv", Make: text("to,to,status,status,submitted_at\n+447700900001,+447700900002,delivered,failed,2026-03-03T09:00:00Z\n"), Messages: 1},
		{Name: "quote-never-closed.csv", Make: text(header + row(0) + "\"m-1,+447700900001,O2\n" + row(2) + row(3)), Messages: 3, Rejected: 1},
		{Name: "quotes-everywhere.csv", Make: text(header + "\"\"\"\",\"\"x\"\"\",\"\"\",\"\n" + row(1)), Messages: 1, Rejected: 1},
		{Name: "commas-alone.csv", Make: text(header + strings.Repeat(",,,,,,,\n", 100) + row(1)), Messages: 1},
		{Name: "too-few-and-too-many.csv", Make: text(header + "m\n" + strings.Repeat("x,", 4000) + "\n" + strings.Repeat("x,", 5000) + "\n" + row(1)), Messages: 1, Rejected: 3, Says: "--max-columns"},
		{Name: "web-page.csv", Make: text("<!doctype html><html><script>alert(1)</script>"), Outcome: Refused, Says: "is a web page"},
		{Name: "program.csv", Make: text("\x7fELF\x02\x01\x01" + strings.Repeat("\x00\x01", 512)), Outcome: Refused, Says: "is binary"},
		{Name: "picture.csv", Make: text("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + strings.Repeat("\x00\x07\xff", 512)), Outcome: Refused, Says: "is binary"},
		{Name: "shell.csv", Make: text("#!/bin/sh\ntouch otpdoctor-ran\n"), Outcome: Refused, Says: "no known log format fits"},
		{Name: "key-files.csv", Make: text("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"), Outcome: Refused, Says: "no known log format fits"},
	}
}

func jsons() []Input {
	good := object(1) + "\n"
	return []Input{
		{Name: "wrong-types.jsonl", Make: text(`{"message_id":{},"to":[],"status":1,"submitted_at":true}` + "\n" + `{"message_id":null,"to":{"to":"x"},"status":["delivered"],"submitted_at":"2026-03-03T09:00:00Z"}` + "\n" + good), Messages: 2, Rejected: 1},
		{Name: "no-json.jsonl", Make: text(good + "{\"to\":NaN,\"status\":Infinity}\n{'to':'x'}\n{\"to\":\"x\",}\n// note\n" + object(2)), Messages: 2, Rejected: 3},
		{Name: "keys-twice.jsonl", Make: text(`{"to":"+447700900001","to":"+447700900002","status":"delivered","status":"failed","__proto__":{"status":"x"},"constructor":1,"submitted_at":"2026-03-03T09:00:00Z","message_id":"a"}` + "\n"), Messages: 1},
		{Name: "lone-surrogates.jsonl", Make: text(strings.Replace(good, "O2", `\ud800\udfff\ud800x\u0000\u001b[2J`, 1)), Messages: 1, Text: true},
		{Name: "huge-numbers.jsonl", Make: text(`{"message_id":1e999999999,"to":` + strings.Repeat("9", 50_000) + `,"status":"delivered","submitted_at":1e308,"error_code":-0.0e-999}` + "\n" + good), Messages: 1, Rejected: 1},
		{Name: "deep-in-a-row.jsonl", Make: text(good + `{"to":` + strings.Repeat(`[`, 20_000) + "\n" + strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat(`}`, 20_000) + "\n" + object(2) + "\n"), Messages: 2, Rejected: 2},
		{Name: "brackets-alone.json", Make: repeat("", "[", 64*kib, ""), Outcome: Refused, Says: "no known log format"},
		{Name: "half-a-text.json", Make: text(`[` + object(0) + `,` + object(1) + `,{"message_id":"m-2","to":"+44`), Messages: 2, Rejected: 1},
		{Name: "records-split.jsonl", Make: text("\x1e" + object(0) + "\n\x1e" + object(1) + object(2) + ",\n" + object(3)), Messages: 4},
	}
}

func torn() []Input {
	body := text(header + rows(2000))
	book := workbook(sheetOf(sheetTop, sheetMessage(2), sheetMessage(3)))
	return []Input{
		{Name: "torn.csv", Make: text(header + row(0) + row(1)[:40]), Messages: 1, Rejected: 1},
		{Name: "torn.jsonl", Make: text(object(0) + "\n" + object(1)[:60]), Messages: 1, Rejected: 1},
		{Name: "torn.csv.gz", Make: part(0, 0.5, gzipped(body)), Outcome: Torn, Messages: -1, Rejected: -1, Says: "the gzip stream is cut off"},
		{Name: "torn.csv.zst", Make: part(0, 0.5, zstded(body)), Outcome: Refused, Says: "zstd stream is"},
		{Name: "torn.zip", Make: part(0, 0.5, zipped("a.csv", body)), Outcome: Refused, Says: "damaged or cut off"},
		{Name: "torn.xlsx", Make: part(0, 0.5, book), Outcome: Refused, Says: "damaged or cut off"},
		{Name: "damaged.csv.gz", Make: func(w io.Writer) error {
			b := bytesOf(gzipped(body))
			for i := len(b) / 2; i < len(b)/2+50; i++ {
				b[i] ^= 0x55
			}
			_, err := w.Write(b)
			return err
		}, Outcome: Torn, Messages: -1, Rejected: -1, Says: "the gzip stream is damaged"},
		{Name: "tail-behind.csv.gz", Make: then(gzipped(text(header+rows(3))), text("something else")), Outcome: Torn, Messages: 3, Says: "the gzip stream is damaged"},
		{Name: "two-members.csv.gz", Make: then(gzipped(text(header+row(0))), gzipped(text(row(1)))), Messages: 2},
		{Name: "magic-alone.gz", Make: text("\x1f\x8b"), Outcome: Refused, Says: "gzip"},
		{Name: "magic-alone.zst", Make: text("\x28\xb5\x2f\xfd"), Outcome: Refused, Says: "zstd"},
		{Name: "magic-alone.zip", Make: text("PK\x03\x04"), Outcome: Refused, Says: "damaged or cut off"},
		{Name: "magic-alone.parquet", Make: text("PAR1PAR1"), Outcome: Refused, Says: "Parquet"},
		{Name: "length-lies.parquet", Make: text("PAR1" + strings.Repeat("\x15\x04", 64) + "\xff\xff\xff\x7fPAR1"), Outcome: Refused, Says: "Parquet"},
	}
}

func packings() []Input {
	log := text(header + rows(3))
	delivery := func(make func(io.Writer) error) func(io.Writer) error {
		return text(base64.StdEncoding.EncodeToString(bytesOf(gzipped(make))) + "\n")
	}
	return []Input{
		{Name: "good.zip", Make: zipped("a.csv", log), Messages: 3},
		{Name: "packed-twice.csv.gz.zst", Make: zstded(gzipped(log)), Messages: 3},
		{Name: "packed-three-times.gz", Make: gzipped(gzipped(gzipped(log))), Outcome: Refused, Says: "packed more than twice"},
		{Name: "path-leads-out.zip", Make: zipped("../otpdoctor-ran", log), Messages: 3},
		{Name: "many-files.zip", Make: zipped("a.csv", log, "b.csv", log, "c.csv", log), Outcome: Refused, Says: "3 files in it"},
		{Name: "no-file.zip", Make: zipped("folder/", text("")), Outcome: Refused, Says: "no file in it"},
		{Name: "good.xlsx", Make: workbook(sheetOf(sheetTop, sheetMessage(2), sheetMessage(3))), Messages: 2},
		{Name: "entities.xlsx", Make: workbook(text(`<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>` +
			strings.TrimPrefix(sheetHead, `<?xml version="1.0"?>`) + sheetTop + sheetRow(2, "m-1", "+447700900001", "&b;&c;", "GB", "delivered", "", "2026-03-03T09:00:00Z", "2026-03-03T09:00:05Z") + sheetTail)), Messages: 0, Rejected: 1, Outcome: Torn, Says: "rows may be missing"},
		{Name: "far-cells.xlsx", Make: workbook(sheetOf(sheetTop, `<row r="2"><c r="XFD2" t="inlineStr"><is><t>x</t></is></c></row>`, sheetMessage(3), `<row r="1048576"><c r="A1048576"><v>1</v></c></row>`)), Messages: 1, Rejected: 2, Says: "--max-columns"},
		{Name: "wrong-cells.xlsx", Make: workbook(sheetOf(sheetTop, `<row r="-5"><c r="??"><v>x</v></c></row><row r="99999999999"><c r="A0" t="s"><v>77777777</v></c></row>`)), Messages: -1, Rejected: -1, Outcome: Refused},
		{Name: "bomb.csv.gz", Big: true, Make: gzipped(repeat(header, row(0), 300*mib, "")), Flags: []string{"--max-unpacked", "200MiB"}, Outcome: Torn, Messages: 1, Rejected: 1, Says: "unpacks to more than 200 MiB (--max-unpacked)"},
		{Name: "bomb-of-nothing.gz", Big: true, Make: gzipped(repeat(header+row(0), nothing, 300*mib, "")), Flags: []string{"--max-ratio", "500"}, Outcome: Torn, Messages: 1, Says: "unpacks to more than 500 times its size (--max-ratio)"},
		{Name: "bomb.csv.zst", Big: true, Make: zstded(repeat(header+row(0), nothing, 300*mib, "")), Outcome: Torn, Messages: 1, Says: "(--max-ratio)"},
		{Name: "bomb.zip", Big: true, Make: zipped("a.csv", repeat(header+row(0), "\n", 300*mib, "")), Flags: []string{"--max-ratio", "100"}, Outcome: Torn, Messages: 1, Says: "(--max-ratio)"},
		{Name: "bomb-in-bomb.gz", Big: true, Make: gzipped(gzipped(repeat(header+row(0), nothing, 300*mib, ""))), Outcome: Torn, Messages: 1, Says: "(--max-ratio)"},
		{Name: "bomb-in-base64.txt", Big: true, Make: delivery(repeat(header+row(0), nothing, 150*mib, "")), Flags: []string{"--max-unpacked", "100MiB"}, Outcome: Torn, Messages: 1, Says: "(--max-unpacked)"},
		{Name: "bomb.xlsx", Big: true, Make: workbook(repeat(sheetHead+sheetTop, strings.Repeat(" ", kib), 512*mib, sheetTail)), Outcome: Refused, Says: "(--max-ratio)"},
		{Name: "bomb-of-texts.xlsx", Big: true, Make: workbook(sheetOf(sheetTop, sheetMessage(2)),
			"xl/sharedStrings.xml", repeat(`<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`, "<si><t>"+strings.Repeat("a", kib)+"</t></si>", 200*mib, "</sst>")), Messages: 1, Memory: 1 * gib},
		{Name: "flags-of-a-bomb.csv.gz", Make: gzipped(repeat(header+row(0), "\n", 2*mib, "")), Flags: []string{"--max-ratio", "10"}, Outcome: Torn, Messages: 1, Says: "unpacks to more than 10 times its size (--max-ratio)"},
	}
}

func times() []Input {
	at := func(submitted, delivered string) string {
		return fmt.Sprintf("t-%s,+447700900001,O2,GB,delivered,,%s,%s\n", submitted, submitted, delivered)
	}
	return []Input{
		{Name: "years.csv", Make: text(header +
			at("0000-01-01T00:00:00Z", "") + at("10000-01-01T00:00:00Z", "") + at("-0001-01-01T00:00:00Z", "") + at("2026-02-30T00:00:00Z", "") + at("2026-13-01T00:00:00Z", "") +
			at("0001-01-01T00:00:00Z", "0001-01-01T00:00:01Z") + at("9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999Z") + row(0)), Messages: 3, Rejected: 5, Text: true},
		{Name: "negative-latency.csv", Make: text(header + at("2026-03-03T09:00:00Z", "2026-03-03T08:00:00Z") + at("2026-03-03T09:00:01Z", "1999-01-01T00:00:00Z") + row(0)), Messages: 3, Text: true},
		{Name: "clock-jumps.csv", Make: each(header, 200, func(i int) string {
			return at(fmt.Sprintf("%04d-03-03T09:00:%02dZ", 1970+i*37%130, i%60), fmt.Sprintf("%04d-03-03T09:00:%02dZ", 1970+i*11%130, i%60))
		}), Messages: -1, Text: true},
		{Name: "leaps.csv", Make: text(header + at("2016-12-31T23:59:60Z", "") + at("1900-02-29T00:00:00Z", "") + at("2024-02-29T23:59:59Z", "") + at("2026-03-29T01:30:00", "") + at("2026-10-25T01:30:00", "") + row(0)), Flags: []string{"--tz", "Europe/London"}, Messages: -1, Rejected: -1},
		{Name: "epochs.csv", Make: text(header + at("99999999999999999999", "") + at("-1", "") + at("0", "") + at("1772528400", "1772528405") + at("1772528401000", "1772528405000") + at("NaN", "") + at("1e400", "") + row(0)), Messages: -1, Rejected: -1},
		{Name: "lives-at-once.csv", Make: text(header + strings.Repeat(row(0), 1000)), Messages: 1},
	}
}

func texts() []Input {
	var lines strings.Builder
	for i, c := range commands {
		b, _ := json.Marshal(map[string]any{"message_id": fmt.Sprint(i), "to": fmt.Sprintf("+447700900%03d", i), "carrier": c, "country": c, "status": c, "error_code": c,
			"submitted_at": "2026-03-03T09:00:00Z", "provider": c, "from": c})
		lines.Write(b)
		lines.WriteByte('\n')
	}
	var rejected strings.Builder
	rejected.WriteString(header)
	for i, c := range commands {
		fmt.Fprintf(&rejected, "r-%d,+447700900001,O2,GB,delivered,,%s,\n", i, quoted(c))
	}
	rejected.WriteString(row(0))
	var recipients strings.Builder
	recipients.WriteString(header)
	for i, c := range commands {
		fmt.Fprintf(&recipients, "n-%d,%s,O2,GB,delivered,,2026-03-03T09:00:00Z,\n", i, quoted(c))
	}
	headers := make([]string, len(commands))
	for i, c := range commands {
		headers[i] = quoted(c)
	}
	return []Input{
		{Name: "commands.csv", Make: text(commandRows()), Messages: 3 * len(commands), Text: true},
		{Name: "commands.jsonl", Make: text(lines.String()), Messages: len(commands), Text: true},
		{Name: "commands-as-times.csv", Make: text(rejected.String()), Messages: 1, Rejected: len(commands), Text: true},
		{Name: "commands-as-numbers.csv", Make: text(recipients.String()), Messages: -1, Rejected: -1, Text: true},
		{Name: "commands-as-columns.csv", Make: text(strings.Join(headers, ",") + "\n" + strings.Join(headers, ",") + "\n"), Outcome: Refused, Says: "no known log format fits"},
	}
}

func numbers() []Input {
	odd := []string{"", "+", "0", "-1", "1e15", "+0", "00", "4.477009E+11", "tel:+447700900001", "+44 (0) 7700 900001", "\uff0b\uff14\uff14\uff17\uff17\uff10\uff10\uff19\uff10\uff10\uff10\uff10\uff11",
		strings.Repeat("9", 5000), "+" + strings.Repeat("0", 100), "+999999999999999", "18446744073709551616", "n/a", "null", "O2", "+44770090000\u0661", "user@example.test"}
	return []Input{
		{Name: "odd-numbers.csv", Make: each(header, len(odd), func(i int) string {
			return fmt.Sprintf("n-%d,%s,O2,GB,delivered,,2026-03-03T09:%02d:00Z,2026-03-03T09:%02d:05Z\n", i, quoted(odd[i]), i, i)
		}), Messages: len(odd), Text: true},
	}
}

func large() []Input {
	long := strings.Repeat("n", 3*mib)
	return []Input{
		{Name: "names-of-3-MB.csv", Big: true, Make: each(header, 40, func(i int) string {
			if i%4 == 0 {
				return row(i)
			}
			return carried(i, long)
		}), Messages: 10, Rejected: 30, Says: "record is longer than 2 MiB (--max-record)"},
		{Name: "names-of-3-MB-let-in.csv", Big: true, Make: each(header, 10, func(i int) string { return carried(i, fmt.Sprint(i, long)) }), Flags: []string{"--max-record", "8MiB"}, Messages: 10, Text: true},
		{Name: "a-billion-columns.csv", Big: true, Make: repeat(strings.TrimSpace(header), ",x", 200*mib, "\n"+row(0)), Outcome: Refused, Says: "(--max-columns)"},
		{Name: "a-billion-cells.csv", Big: true, Make: then(text(header+row(0)), repeat("m", ",x", 200*mib, "\n"), text(row(1))), Messages: 2, Rejected: 1, Says: "(--max-columns)"},
		{Name: "a-line-of-200-MB.log", Big: true, Make: repeat("", "x", 200*mib, ""), Outcome: Refused, Says: "no known log format"},
		{Name: "a-key-of-200-MB.jsonl", Big: true, Make: then(text(object(0)+"\n"), repeat(`{"`, "k", 200*mib, `":1}`+"\n"), text(object(1)+"\n")), Messages: 2, Rejected: 1, Says: "(--max-record)", Memory: 512 * mib},
		{Name: "a-million-keys.jsonl", Big: true, Make: then(text(object(0)+"\n{"), each("", 100_000, func(i int) string { return fmt.Sprintf(`"k%d":1,`, i) }), text(`"k":1}`+"\n"+object(1)+"\n")), Messages: 2},
		{Name: "deep.json", Big: true, Make: repeat("[", `{"a":[`, 100*mib, ""), Outcome: Refused, Says: "no known log format"},
		{Name: "never-closed.jsonl", Big: true, Make: repeat(object(0)+"\n", "{\"a\":[1,\n", 8*mib, object(1)+"\n"), Messages: -1, Rejected: -1},
		{Name: "200000-carriers.csv", Big: true, Make: each(header, 200_000, func(i int) string { return carried(i, fmt.Sprint("Net ", i)) }), Outcome: Refused, Says: "more than 10000 carriers in the log (--max-carriers)"},
		{Name: "200000-carriers-by-country.csv", Big: true, Make: each(header, 200_000, func(i int) string { return carried(i, fmt.Sprint("Net ", i)) }), Flags: []string{"--by", "country"}, Messages: 200_000},
		{Name: "20000-carriers.csv", Big: true, Make: each(header, 20_000, func(i int) string { return carried(i, fmt.Sprint("Net ", i)) }), Flags: []string{"--max-carriers", "20000"}, Messages: 20_000, Memory: 1 * gib},
		{Name: "one-user-a-million-messages.csv", Big: true, Make: each(header, 1_000_000, func(i int) string {
			return fmt.Sprintf("m-%d,+447700900001,O2,GB,delivered,,2026-03-%02dT%02d:%02d:%02dZ,2026-03-%02dT%02d:%02d:59Z\n", i, 1+i/86400%28, i/3600%24, i/60%60, i%60, 1+i/86400%28, i/3600%24, i/60%60)
		}), Messages: 1_000_000, Memory: 768 * mib},
		{Name: "a-million-bad-rows.csv", Big: true, Make: each(header+row(0), 1_000_000, func(i int) string { return "x,y\n" }), Messages: 1, Rejected: 1_000_000, Says: "more rows not readable"},
		{Name: "codes-that-never-repeat.csv", Big: true, Make: each(header, 400_000, func(i int) string {
			return fmt.Sprintf("m-%d,+447700900%03d,O2,GB,failed,code %d,2026-03-03T09:%02d:00Z,\n", i, i%1000, i, i%60)
		}), Messages: 400_000, Memory: 1 * gib},
	}
}
