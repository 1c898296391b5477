from reference_folder import reference_data as reference_data  # noqa: PLC0414 - a fixture
