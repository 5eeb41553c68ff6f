package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
	"cli.otpdoctor/diagnostics/ticket"
	"cli.otpdoctor/faq"
)

// compiled is a schema that forbids every key it does not list, so that the
// schemas cannot fall behind the output.
func compiled(t *testing.T, kind string) *jsonschema.Schema {
	t.Helper()
	b, err := Schema(kind)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	var forbid func(v any)
	forbid = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if _, ok := v["properties"]; ok {
				v["additionalProperties"] = false
			}
			for _, x := range v {
				forbid(x)
			}
		case []any:
			for _, x := range v {
				forbid(x)
			}
		}
	}
	forbid(doc)
	c := jsonschema.NewCompiler()
	if err := c.AddResource("urn:test", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("urn:test")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSchemas(t *testing.T) {
	k, q := personalTicket()
	empty := ticket.Draft(ticket.Inputs{Now: time.Unix(1772532360, 0)})
	full := ticket.Lockout(nil, faq.LockoutFields{FirmURL: "f.example", AdminName: "J", AdminEmail: "j@f.example", Number: caller, Provider: "O2", Consent: "C, 3 March, phone"}, time.Unix(1772532360, 0))
	write := func(name string, schema *jsonschema.Schema, f func(*bytes.Buffer) error) {
		var b bytes.Buffer
		if err := f(&b); err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(&b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := compiled(t, "ticket")
	for name, x := range map[string]ticket.Ticket{"case": madeTicket(), "personal": k, "empty": empty, "hostile": hostileTicket("\x1b[31m=x")} {
		for _, o := range []Options{{}, {Redact: true}} {
			write("ticket "+name, s, func(b *bytes.Buffer) error { return Ticket(b, "json", x, o) })
		}
	}
	s = compiled(t, "analysis")
	for _, o := range []Options{{}, {Redact: true, Explain: true}} {
		write("analysis", s, func(b *bytes.Buffer) error { return Analysis(b, "json", madeReport(), o) })
		r := madeReport()
		for _, n := range []number.MSISDN{msisdn(caller), r.Findings[0].Users[0]} {
			line, _ := r.TimeLine(n)
			change := r.Compare((r.Table.From + r.Table.To) / 2)
			o.TimeLine, o.Compare = &line, &change
			write("one person, and before against after", s, func(b *bytes.Buffer) error { return Analysis(b, "json", r, o) })
		}
	}
	s = compiled(t, "lockout")
	for _, r := range []ticket.Request{q, full, ticket.Lockout(nil, faq.LockoutFields{}, time.Unix(0, 0))} {
		write("lockout", s, func(b *bytes.Buffer) error { return Lockout(b, "json", r, Options{Redact: true}) })
	}
	s = compiled(t, "check")
	var list []carrier.Checked
	for _, n := range []string{caller, "+4407700900187", "", "abc", "=\x1b", "+33639980001", "+12125550100", "07700900187", "+8001234567890"} {
		list = append(list, carrier.Check(n, "", nil))
	}
	write("check", s, func(b *bytes.Buffer) error { return Checks(b, "json", list, Options{}) })
	write("no numbers", s, func(b *bytes.Buffer) error { return Checks(b, "json", nil, Options{}) })
}

func TestSchemaOfUnknownKind(t *testing.T) {
	for _, kind := range []string{"faq", "", "../schema/ticket", "ticket.json"} {
		if _, err := Schema(kind); err == nil {
			t.Errorf("a schema for %q", kind)
		}
	}
}

// TestSchemasListWords: wherever a schema lists causes or reasons it lists all of
// them, so that a new one is published with its first finding.
func TestSchemasListWords(t *testing.T) {
	var causes, reasons []string
	for _, c := range finding.Causes {
		causes = append(causes, string(c))
	}
	for r := range reason.Count {
		reasons = append(reasons, r.String())
	}
	lists := 0
	for _, kind := range Schemas() {
		b, err := Schema(kind)
		if err != nil {
			t.Fatal(err)
		}
		var doc any
		if err := json.Unmarshal(b, &doc); err != nil {
			t.Fatal(err)
		}
		var look func(v any)
		look = func(v any) {
			switch v := v.(type) {
			case map[string]any:
				for _, x := range v {
					look(x)
				}
				var got []string
				if list, ok := v["enum"].([]any); ok {
					for _, word := range list {
						got = append(got, fmt.Sprint(word))
					}
				}
				for mark, want := range map[string][]string{"carrier_outage": causes, "spam_filtered": reasons} {
					if !slices.Contains(got, mark) {
						continue
					}
					lists++
					for _, word := range want {
						if !slices.Contains(got, word) {
							t.Errorf("%s: the list %v lacks %s", kind, got, word)
						}
					}
				}
			case []any:
				for _, x := range v {
					look(x)
				}
			}
		}
		look(doc)
	}
	if lists < 5 {
		t.Errorf("found %d lists of causes and reasons only", lists)
	}
}
