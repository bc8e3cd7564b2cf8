"""From datasets on disk to recordings with expressions: tables, frame files, one module per dataset, one reader."""
