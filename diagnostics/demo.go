package diagnostics

import (
	"bytes"
	"context"
	_ "embed"
	"io"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/faq"
)

// demoLog is made up from end to end (see demo_test.go, which makes it): numbers
// that regulators keep for drama and tests, carriers at random, and two causes.
//
//go:embed demo.csv.gz
var demoLog []byte

// DemoNumber is the caller of the demo: a user of the carrier that filters, whose
// number was typed with the zero.
const DemoNumber = "+4407700900187"

// DemoNow is when the demo's caller calls.
var DemoNow = time.Date(2026, 3, 3, 10, 11, 0, 0, time.UTC)

// DemoLog is the embedded sample log.
func DemoLog() deliverylog.Log {
	return deliverylog.Log{
		Name: "demo.csv.gz",
		Size: int64(len(demoLog)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(demoLog)), nil },
	}
}

// Demo works the demo's case: the sample is read, analysed and walked as any
// other log.
func Demo(ctx context.Context, set *faq.Set) (*Case, error) {
	c := NewCase(set, func() time.Time { return DemoNow })
	c.SetTopic("no-code")
	c.SetNumbers([]string{DemoNumber})
	report, err := Analyze(ctx, Options{Logs: []deliverylog.Log{DemoLog()}, Watch: c.Watch()}, nil)
	if err != nil {
		return nil, err
	}
	c.SetReport(report)
	return c, nil
}
