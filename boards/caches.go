package boards

// CacheShare gives the bytes of first-level data cache and of second-level
// cache that each of workers threads can count on when they are spread over
// the fastest cores: a cache shared by several busy cores is divided among
// them. These are the L1 and L2 of a plan's target. 0 workers means all cores,
// a size of 0 that it is not known.
func (b *Board) CacheShare(workers int) (l1, l2 int) { return cacheShare(b.Clusters, workers) }

// CacheShare is Board.CacheShare for the cores this process may use.
func (f *Facts) CacheShare(workers int) (l1, l2 int) {
	var cs []Cluster
	for _, c := range f.Clusters {
		if c.Usable > 0 {
			u := c.Cluster
			u.Count = c.Usable
			cs = append(cs, u)
		}
	}
	return cacheShare(cs, workers)
}

func cacheShare(clusters []Cluster, workers int) (l1, l2 int) {
	if workers <= 0 {
		for _, c := range clusters {
			workers += c.Count
		}
	}
	for _, c := range clusters {
		n := min(workers, c.Count)
		if n <= 0 {
			continue
		}
		workers -= n
		l1 = smaller(l1, share(c.L1D, n, c.Count))
		l2 = smaller(l2, share(c.L2, n, c.Count))
	}
	return l1, l2
}

// share is what each of n threads on count cores gets of a cache.
func share(c Cache, n, count int) int {
	if c.KiB == 0 {
		return 0
	}
	caches := max(1, count/max(1, c.SharedBy))
	return c.KiB << 10 / ((n + caches - 1) / caches)
}

// smaller is the smaller of two sizes of which 0 is not known.
func smaller(a, b int) int {
	if a == 0 || b == 0 {
		return a + b
	}
	return min(a, b)
}
