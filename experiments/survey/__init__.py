"""The benchmark of a survey of active learning in medical imaging, section 6.

Wang H. et al. 2024, "A comprehensive survey on deep active learning in medical
image analysis", Medical Image Analysis: protocol in section 6.1, results in
tables 6 to 8.
"""
