# SPDX-License-Identifier: Apache-2.0
"""Tools around the runtime. None of these modules starts it when imported."""
