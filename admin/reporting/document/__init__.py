"""The report as a Word document: its fields and sentences, its charts, its template."""
