"""DICOM series as volumes, without the names in them; masks as DICOM SEG."""
