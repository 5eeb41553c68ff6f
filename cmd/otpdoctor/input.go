package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
)

// inputFlags are what the help calls INPUT: the same wherever logs are read.
type inputFlags struct {
	logs, identity  []string
	lookup          string
	format, columns string
	region, zone    string
	validity, grace time.Duration
	maxRecord       string
	maxUnpacked     string
	maxRatio        int64
	maxColumns      int
	maxCarriers     int
	maxMemory       string
	since, until    string
}

func (f *inputFlags) register(cmd *cobra.Command, withWindow bool) {
	fl := cmd.Flags()
	fl.StringArrayVar(&f.logs, "logs", nil, "delivery log `FILE`, repeatable; - is standard input")
	fl.StringArrayVar(&f.identity, "identity", nil, "login log `FILE` (Okta, Auth0, Duo, Entra, Cognito, Keycloak), repeatable")
	fl.StringVar(&f.lookup, "lookup", "", "results of number lookups in `FILE`")
	fl.StringVar(&f.format, "log-format", "", "log format by `NAME` (otpdoctor formats) instead of by content")
	fl.StringVar(&f.columns, "map", "", "columns of a log of no known kind, as `FIELD=COLUMN,...`: to=Phone,status=State")
	fl.StringVar(&f.region, "region", "", "country `CC` of numbers written without one")
	fl.StringVar(&f.zone, "tz", "UTC", "time `ZONE` of times written without one")
	fl.DurationVar(&f.validity, "validity", diagnostics.DefaultValidity, "`DURATION` that a code is good for")
	fl.DurationVar(&f.grace, "grace", 0, "`DURATION` in which a receipt may still come (default from the log)")
	fl.StringVar(&f.maxRecord, "max-record", "2MiB", "longest record, a `SIZE`; a longer one is a broken row")
	fl.StringVar(&f.maxUnpacked, "max-unpacked", "64GiB", "`SIZE` that a packed log may unpack to at most")
	fl.Int64Var(&f.maxRatio, "max-ratio", 0, "how many `TIMES` its size a packed log may unpack to (default 1000, from 256 MiB on)")
	fl.IntVar(&f.maxColumns, "max-columns", deliverylog.DefaultMaxColumns, "most cells of a row, a `NUMBER`; one with more is a broken row")
	fl.IntVar(&f.maxCarriers, "max-carriers", diagnostics.DefaultMaxCarriers, "most carriers, or other groups, of an analysis, a `NUMBER`")
	fl.StringVar(&f.maxMemory, "max-memory", "", "memory for numbers and their attempts, a `SIZE`; a log that needs more is counted in messages alone (default a quarter of the machine's)")
	if withWindow {
		fl.StringVar(&f.since, "since", "", "only messages submitted at or after `TIME`")
		fl.StringVar(&f.until, "until", "", "only messages submitted before `TIME`")
	}
	registerValues(cmd, "log-format", formatValues)
	registerValues(cmd, "region", countryValues)
	registerValues(cmd, "tz", number.TimeZones)
	register(cmd, "map", completeMap)
	registerNoFiles(cmd, "validity", "grace", "max-record")
	if withWindow {
		registerNoFiles(cmd, "since", "until")
	}
}

// formatNames lists the formats of delivery logs and of login logs.
func formatNames() (names []string) {
	for _, f := range append(deliverylog.Formats(), deliverylog.IdentityFormats()...) {
		names = append(names, f.Name)
	}
	return names
}

// options turns the flags into what the analysis takes. Files that stand as
// arguments are logs as well.
func (a *app) options(f *inputFlags, args []string) (diagnostics.Options, error) {
	o := diagnostics.Options{Format: f.format, Region: strings.ToUpper(f.region), Log: a.log}
	var err error
	if f.format != "" {
		if err := oneOf("log-format", f.format, formatNames()); err != nil {
			return o, err
		}
	}
	if f.columns != "" {
		if o.Map, err = deliverylog.ParseMap(f.columns); err != nil {
			hint := "as in --map to=Phone,status=State,submitted_at=When"
			if field := nearestField(f.columns); field != "" {
				hint = "did you mean: " + field
			}
			return o, usagef(hint, "--map: %s", err)
		}
	}
	if o.Region != "" && !number.KnownRegion(o.Region) {
		a.unknownRegion(f.region)
		o.Region = ""
	}
	if o.Zone, err = time.LoadLocation(f.zone); err != nil {
		hint := "a name as in Europe/London, or UTC"
		if near := nearest(f.zone, number.TimeZones()); near != "" {
			hint = "did you mean: --tz " + near
		}
		return o, usagef(hint, "--tz %q is no time zone", f.zone)
	}
	if f.validity <= 0 {
		return o, usagef("as in --validity 3m", "--validity %s is not above zero", f.validity)
	}
	if f.grace < 0 {
		return o, usagef("as in --grace 15m", "--grace %s is below zero", f.grace)
	}
	o.Validity, o.Grace = f.validity, f.grace
	if o.MaxRecord, err = parseSize(f.maxRecord); err != nil {
		return o, usagef("as in --max-record 2MiB", "--max-record %s", err)
	}
	if o.MaxUnpacked, err = parseSize(f.maxUnpacked); err != nil {
		return o, usagef("as in --max-unpacked 64GiB", "--max-unpacked %s", err)
	}
	if f.maxRatio < 0 {
		return o, usagef("as in --max-ratio 1000", "--max-ratio %d is below zero", f.maxRatio)
	}
	if f.maxColumns < 1 {
		return o, usagef("as in --max-columns 4096", "--max-columns %d is not above zero", f.maxColumns)
	}
	if f.maxCarriers < 1 || f.maxCarriers > diagnostics.MostCarriers {
		return o, usagef("as in --max-carriers 10000", "--max-carriers %d is not within 1 and %d", f.maxCarriers, diagnostics.MostCarriers)
	}
	if f.maxMemory != "" {
		if o.MaxMemory, err = parseSize(f.maxMemory); err != nil {
			return o, usagef("as in --max-memory 2GiB", "--max-memory %s", err)
		}
	}
	o.MaxRatio, o.MaxColumns, o.MaxCarriers = f.maxRatio, f.maxColumns, f.maxCarriers
	if o.Since, err = parseTime("since", f.since, o.Zone); err != nil {
		return o, err
	}
	if o.Until, err = parseTime("until", f.until, o.Zone); err != nil {
		return o, err
	}
	if !o.Since.IsZero() && !o.Until.IsZero() && !o.Since.Before(o.Until) {
		return o, usagef("the earlier one is --since", "--until %s is not after --since %s", f.until, f.since)
	}
	if o.Lookup, err = a.readLookup(f.lookup); err != nil {
		return o, err
	}
	logins := f.identity
	if len(logins) > 0 {
		args, logins = moveLogins(args, logins)
	}
	if o.Logs, err = a.openLogs(append(append([]string{}, args...), f.logs...)); err != nil {
		return o, err
	}
	if o.Identity, err = a.openLogs(logins); err != nil {
		return o, err
	}
	return o, nil
}

// readLookup reads --lookup, which may be empty, and says what it had to leave out.
func (a *app) readLookup(path string) (*carrier.Lookup, error) {
	if path == "" {
		return nil, nil
	}
	l, err := diagnostics.ReadLookup(path)
	if err != nil {
		return nil, err
	}
	if n := l.Rejected(); n > 0 {
		left := tally.FormatNoun(n, "record has no phone number or no result, and was", "records have no phone number or no result, and were")
		a.warnf("%s: %s left out", filepath.Base(path), left)
	}
	return l, nil
}

// unknownRegion warns of a country that counts as none, and names it where its
// English name was given.
func (a *app) unknownRegion(given string) {
	for _, cc := range number.Countries() {
		if strings.EqualFold(number.CountryName(cc), strings.TrimSpace(given)) {
			a.warnf("--region %s is no country that is known: it counts as none; did you mean --region %s?", given, cc)
			return
		}
	}
	a.warnf("--region %s is no country that is known: it counts as none; two letters are wanted, as in GB", given)
}

// nearestField is --map with the first field that there is not replaced by the
// one that comes near, or "".
func nearestField(columns string) string {
	fields := deliverylog.MapFields()
	for pair := range strings.SplitSeq(columns, ",") {
		field, column, ok := strings.Cut(pair, "=")
		if field = strings.ToLower(strings.TrimSpace(field)); ok && !slices.Contains(fields, field) {
			if near := nearest(field, fields); near != "" {
				return "--map " + near + "=" + column
			}
			return ""
		}
	}
	return ""
}

// moveLogins takes login logs from the arguments to those named by --identity: a
// shell makes --identity okta-1.json okta-2.json of --identity okta-*.json.
func moveLogins(args, logins []string) (logs, all []string) {
	all = logins
	for _, path := range args {
		// Pipes have no size, and can be opened once.
		if log := deliverylog.File(path); path != "-" && log.Size > 0 && deliverylog.IsIdentity(log) {
			all = append(all, path)
		} else {
			logs = append(logs, path)
		}
	}
	return logs, all
}

func (a *app) openLogs(paths []string) ([]deliverylog.Log, error) {
	var logs []deliverylog.Log
	stdin := false
	for _, path := range paths {
		if path != "-" {
			logs = append(logs, deliverylog.File(path))
			continue
		}
		if stdin {
			return nil, usagef("", "standard input (-) can be read once")
		}
		stdin = true
		if terminal(a.stdin) {
			fmt.Fprintln(a.stderr, "reading from the terminal; end with ctrl+d")
		}
		logs = append(logs, a.standardInput())
	}
	return logs, nil
}

func (a *app) standardInput() deliverylog.Log {
	l := deliverylog.Log{Name: "-", Open: func() (io.ReadCloser, error) { return io.NopCloser(a.stdin), nil }}
	if f, ok := a.stdin.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			l.Size = info.Size()
		}
	}
	return l
}

var timeLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"}

// parseTime reads a moment; without a zone it is one of --tz. Empty is the zero time.
func parseTime(flag, text string, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range timeLayouts {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usagef("as in 2026-03-03, 2026-03-03T07:40 or 2026-03-03T07:40:00Z", "--%s %q is not a time", flag, text)
}

var sizeUnits = []struct {
	suffix string
	factor int64
}{{"KIB", 1 << 10}, {"MIB", 1 << 20}, {"GIB", 1 << 30}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}, {"B", 1}, {"", 1}}

func parseSize(text string) (int64, error) {
	upper := strings.ToUpper(strings.TrimSpace(text))
	for _, u := range sizeUnits {
		digits, ok := strings.CutSuffix(upper, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if err != nil || n <= 0 || n > (1<<62)/u.factor {
			continue
		}
		return n * u.factor, nil
	}
	return 0, fmt.Errorf("%q is not a size", text)
}

// outputFlags are where a result goes.
type outputFlags struct {
	file  string
	force bool
}

// formatByName is the format that the name of the file to write asks for, where
// there is such a one of this kind (see export.Formats), else the standard one. A
// name that asks for a format of another kind is an error: what is inside would
// not be what the name says. flag is the one that names formats.
func (f *outputFlags) formatByName(kind, flag, standard string) (string, error) {
	ending := strings.TrimPrefix(strings.ToLower(filepath.Ext(f.file)), ".")
	word := cmp.Or(map[string]string{"htm": "html", "ndjson": "jsonl"}[ending], ending)
	formats := export.Formats(kind)
	switch {
	case slices.Contains(formats, word):
		return word, nil
	case slices.Contains(endings(), word):
		return "", usagef(fmt.Sprintf("--%s with one of %s", flag, strings.Join(formats, ", ")), "-o %s: this is not written as %s", filepath.Base(f.file), word)
	}
	return standard, nil
}

// endings are those of names of files that promise one format.
func endings() []string {
	return slices.Concat(export.Formats("ticket"), export.Formats("convert"), []string{"xlsx"})
}

// What -o is for, where there is one format, and where there are several.
const (
	toFile      = "write to `FILE`, - for standard output"
	toNamedFile = "write to `FILE`, in the format that its name ends with; - for standard output"
)

func (f *outputFlags) register(cmd *cobra.Command, what string) {
	cmd.Flags().StringVarP(&f.file, "output", "o", "", what)
	cmd.Flags().BoolVar(&f.force, "force", false, "replace FILE where it is there already")
}
