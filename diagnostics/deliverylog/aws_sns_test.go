package deliverylog

import "testing"

func TestWholeMillis(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "8539": 8539, "999999999999": 999999999999, "12.5": 12, "12.": 12, "007": 7,
		"": -1, ".5": -1, "-1": -1, "1e3": -1, "12.x": -1, "1.2.3": -1, "1234567890123": -1, "12 ": -1,
	} {
		ms, ok := wholeMillis([]byte(text))
		if ok != (want >= 0) || ok && ms != want {
			t.Errorf("%q is %d, %v, want %d", text, ms, ok, want)
		}
	}
}
