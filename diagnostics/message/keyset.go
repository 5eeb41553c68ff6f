package message

// keySet is a set of hashes that takes some twelve bytes for each.
type keySet struct {
	slots []uint64 // 0 is empty
	n     int
}

func (k *keySet) has(key uint64) bool {
	if k.n == 0 {
		return false
	}
	if key == 0 {
		key = 1
	}
	for at := key & uint64(len(k.slots)-1); k.slots[at] != 0; at = (at + 1) & uint64(len(k.slots)-1) {
		if k.slots[at] == key {
			return true
		}
	}
	return false
}

func (k *keySet) add(key uint64) {
	if key == 0 {
		key = 1
	}
	if k.n*4 >= len(k.slots)*3 {
		old := k.slots
		k.slots, k.n = make([]uint64, max(1024, 2*len(old))), 0
		for _, v := range old {
			if v != 0 {
				k.add(v)
			}
		}
	}
	at := key & uint64(len(k.slots)-1)
	for k.slots[at] != 0 {
		if k.slots[at] == key {
			return
		}
		at = (at + 1) & uint64(len(k.slots)-1)
	}
	k.slots[at] = key
	k.n++
}
