package export

import (
	"io"

	"github.com/parquet-go/parquet-go"

	"cli.otpdoctor/diagnostics/message"
)

// messageRow is a message as Parquet has it: times as timestamps, the rest as in CSV.
type messageRow struct {
	MessageID     string   `parquet:"message_id"`
	To            string   `parquet:"to"`
	Country       string   `parquet:"country,dict"`
	Carrier       string   `parquet:"carrier,dict"`
	CarrierSource string   `parquet:"carrier_source,dict"`
	Status        string   `parquet:"status,dict"`
	Reason        string   `parquet:"reason,dict"`
	Code          string   `parquet:"code,dict"`
	SubmittedAt   *int64   `parquet:"submitted_at,optional,timestamp(millisecond)"`
	DeliveredAt   *int64   `parquet:"delivered_at,optional,timestamp(millisecond)"`
	LatencyS      *float64 `parquet:"latency_s,optional"`
	Provider      string   `parquet:"provider,dict"`
	Format        string   `parquet:"format,dict"`
}

type parquetMessages struct {
	w    *parquet.GenericWriter[messageRow]
	rows []messageRow
}

func newParquetMessages(w io.Writer) *parquetMessages {
	return &parquetMessages{w: parquet.NewGenericWriter[messageRow](w, parquet.Compression(&parquet.Zstd), parquet.CreatedBy("otpdoctor", "", ""))}
}

func (p *parquetMessages) write(m *message.Message, red *redactor) error {
	row := messageRow{MessageID: red.id(m.ID), To: red.e164(m.To), Country: Clean(m.Country), Carrier: Clean(m.Carrier), CarrierSource: string(m.CarrierSource),
		Status: m.Status.String(), Reason: m.Reason.String(), Code: Clean(m.Code), Provider: Clean(m.Provider), Format: Clean(m.Format)}
	if m.Submitted.Known() {
		t := int64(m.Submitted)
		row.SubmittedAt = &t
	}
	if m.Done.Known() {
		t := int64(m.Done)
		row.DeliveredAt = &t
	}
	if d, ok := m.Latency(); ok {
		s := float64(d.Milliseconds()) / 1000
		row.LatencyS = &s
	}
	if p.rows = append(p.rows, row); len(p.rows) < 1024 {
		return nil
	}
	return p.flush()
}

func (p *parquetMessages) flush() error {
	_, err := p.w.Write(p.rows)
	p.rows = p.rows[:0]
	return err
}

func (p *parquetMessages) close() error {
	if err := p.flush(); err != nil {
		return err
	}
	return p.w.Close()
}
