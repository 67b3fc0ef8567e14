def chart(r): return ""
